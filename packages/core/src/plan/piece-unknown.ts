import { PieceworkError } from '../contracts/errors.js'
import { meant } from '../options/meant.js'

/** For a name among options that none of `known` has: `options-invalid`, with the nearest name. */
export function pieceUnknown(name: string, known: Iterable<string>): PieceworkError {
  return new PieceworkError('options-invalid', `There is no piece "${name}"${meant(name, known)}`, {
    facts: { piece: name },
  })
}

/** Throws `options-invalid` unless all names are known. */
export function assertPiecesKnown(names: Iterable<string>, known: ReadonlyMap<string, unknown>): void {
  for (const name of names) if (!known.has(name)) throw pieceUnknown(name, known.keys())
}
