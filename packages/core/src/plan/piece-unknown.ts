import { PieceworkError } from '../contracts/errors.js'
import { closest } from '../options/closest.js'

/** For a name among options that none of `known` has: `options-invalid`, with the nearest name. */
export function pieceUnknown(name: string, known: Iterable<string>): PieceworkError {
  const names = [...known]
  const near = closest(name, names)
  const hint = near === undefined ? `there are ${names.join(', ') || 'none'}.` : `did you mean "${near}"?`
  return new PieceworkError('options-invalid', `There is no piece "${name}"; ${hint}`, {
    facts: { piece: name, ...(near !== undefined && { nearest: near }) },
  })
}

/** Throws `options-invalid` unless all names are known. */
export function assertPiecesKnown(names: Iterable<string>, known: ReadonlyMap<string, unknown>): void {
  for (const name of names) if (!known.has(name)) throw pieceUnknown(name, known.keys())
}
