import { PieceworkError } from '../contracts/errors.js'
import type { Input } from '../contracts/format.js'
import type { ChosenInput } from '../contracts/job-request.js'
import { check } from '../options/check.js'
import type { OptionChecks } from '../options/option-checks.js'
import { pieceUnknown } from '../plan/piece-unknown.js'
import type { Registry } from '../plan/registry.js'

export const chosenInputChecks: OptionChecks<ChosenInput> = {
  only: check.list(check.text),
  without: check.list(check.text),
}

/** The choice alone, as it is stored with the files. Throws `options-invalid` for both lists at once. */
export function chosenInput(subject: string, { only, without }: ChosenInput): ChosenInput {
  if (only && without) {
    throw new PieceworkError('options-invalid', `${subject} takes either only or without, not both.`)
  }
  return { ...(only && { only }), ...(without && { without }) }
}

/**
 * The input without what was left out, which is neither read nor checked. Throws `options-invalid` for a piece that
 * neither the input has nor a pack, for one of `only` that the input does not have, and for one that comes after a piece
 * of the input that is left out.
 */
export function chooseNodes(
  registry: Registry,
  format: string,
  input: Input,
  { only, without }: ChosenInput,
): Input {
  const named = only ?? without
  if (!named) return input
  const carried = new Set(input.nodes.map(({ piece }) => piece))
  for (const name of named) {
    if (carried.has(name)) continue
    if (!registry.piece(format, name)) throw pieceUnknown(name, carried)
    if (!only) continue
    throw new PieceworkError(
      'options-invalid',
      `The input has no rows of the piece "${name}", which "only" names.`,
      {
        facts: { piece: name },
      },
    )
  }
  const chosen = new Set(named)
  const isChosen = (piece: string): boolean => chosen.has(piece) === (only !== undefined)
  refuseNeeded(
    registry,
    format,
    [...carried].filter(isChosen),
    (piece) => carried.has(piece) && !isChosen(piece),
  )
  return {
    ...input,
    nodes: input.nodes.filter(({ piece }) => isChosen(piece)),
    ...(input.exportOnly && { exportOnly: input.exportOnly.filter(isChosen) }),
    close: () => input.close(),
  }
}

/** A piece may refer to whatever it comes after: its rows would be lost, or lead nowhere. */
function refuseNeeded(
  registry: Registry,
  format: string,
  chosen: readonly string[],
  isLeftOut: (piece: string) => boolean,
): void {
  const problems = chosen.flatMap((name) =>
    (registry.piece(format, name)?.after ?? [])
      .filter(isLeftOut)
      .map((needed) => `"${name}" comes after "${needed}", which is left out`),
  )
  if (problems.length === 0) return
  throw new PieceworkError('options-invalid', `${problems.join('; ')}: import both, or leave out both.`)
}
