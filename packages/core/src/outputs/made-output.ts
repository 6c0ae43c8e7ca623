import { PieceworkError } from '../contracts/errors.js'
import type { KeptOutput } from '../contracts/job-result.js'
import type { Job } from '../contracts/jobs.js'
import { isAssembled } from '../engine/machine.js'
import { archiveOutput } from './requested-outputs.js'
import { safeName } from './safe-name.js'

/** What can be given out: an output of a pack, or the archive in the same form. */
export interface MadeOutput extends KeptOutput {
  readonly digest?: string
}

/** All that an export has finished, the archive first. */
export function madeOutputs(job: Job): readonly MadeOutput[] {
  if (!isAssembled(job)) return []
  const { tree, result } = job
  const { archive, outputs = [] } = result
  if (!archive) return outputs
  const fileName = safeName(`${tree.kind}-${tree.id}.zip`)
  return [{ ...archive, name: archiveOutput, mediaType: 'application/zip', fileName }, ...outputs]
}

/**
 * The output of that name; without one, the archive or the only one that there is. Throws `artifact-not-found`.
 */
export function madeOutput(job: Job, name: string | undefined): MadeOutput {
  const made = madeOutputs(job)
  const wanted = name ?? (made.length === 1 ? made[0]?.name : archiveOutput)
  const found = made.find((one) => one.name === wanted)
  if (found) return found
  const names = made.map((one) => one.name).join(', ')
  const what = `Job ${job.id}, ${job.kind}, ${job.status}, has no ${name === undefined || name === archiveOutput ? 'archive' : `output "${name}"`}`
  throw new PieceworkError('artifact-not-found', `${what}${names && `; it has made ${names}`}.`)
}
