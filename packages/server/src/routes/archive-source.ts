import { type ArchiveSource, type Piecework, PieceworkError, type Principal } from '@piecework/core'
import { newestState } from '../jobs/newest-state.js'
import type { ArchiveBody } from './bodies.js'

/**
 * Where an archive is; clients name jobs and uploads, never keys. Throws `options-invalid` for neither or both,
 * `job-not-found`, `artifact-not-found`.
 */
export async function archiveSource(
  piecework: Piecework,
  { job: id, output, upload }: ArchiveBody,
  principal: Principal,
): Promise<ArchiveSource> {
  if (upload !== undefined && id === undefined && output === undefined) return { upload }
  if (upload !== undefined || id === undefined)
    throw new PieceworkError(
      'options-invalid',
      'An archive is named either by "job" and perhaps "output", or by "upload".',
      { facts: { option: 'job' } },
    )
  const { job } = await newestState(piecework, id, principal)
  const { archive, outputs = [] } = job.result
  const found =
    output === undefined || output === 'archive' ? archive : outputs.find(({ name }) => name === output)
  if (found) return { artifact: found.artifact }
  throw new PieceworkError('artifact-not-found', `Job ${id} has made no ${output ?? 'archive'}.`)
}
