import { type Piecework, PieceworkError, type Principal } from '@piecework/core'
import type { ArchiveRef } from '@piecework/core/piece'
import { newestState } from '../jobs/newest-state.js'
import type { JobFileBody } from './bodies.js'

/** Where what an export has made is; clients name jobs, never keys. Throws `job-not-found`, `artifact-not-found`. */
export async function jobFile(
  piecework: Piecework,
  { job: id, output = 'archive' }: JobFileBody,
  principal: Principal,
): Promise<Pick<ArchiveRef, 'artifact'>> {
  const { job } = await newestState(piecework, id, principal)
  const { archive, outputs = [] } = job.result
  const found = output === 'archive' ? archive : outputs.find(({ name }) => name === output)
  if (found) return { artifact: found.artifact }
  throw new PieceworkError('artifact-not-found', `Job ${id} has made no ${output}.`)
}
