import { PieceworkError } from '../contracts/errors.js'
import type { UnitMap } from '../contracts/unit-map.js'
import { joinedArtifacts } from '../uploads/joined-artifacts.js'
import { type DraftContext, storedDraft } from './draft-context.js'
import { readInput } from './draft-state.js'

/** Of the uploads that are there, also when the import of them has failed. */
export async function draftMap(context: DraftContext, given?: AbortSignal): Promise<UnitMap> {
  const { input } = await storedDraft(context)
  const format = context.deps.inputs.format(input.format)
  if (!format.unitMap) throw new PieceworkError('unsupported', `The format ${format.name} has no map.`)
  const { uploads } = readInput(input)
  const artifacts = joinedArtifacts(context.deps.artifacts, uploads)
  return format.unitMap({ uploads, artifacts, signal: given ?? new AbortController().signal })
}
