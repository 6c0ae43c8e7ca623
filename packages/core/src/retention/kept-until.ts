import type { Job, JobResult } from '../contracts/jobs.js'
import { isTerminal } from '../engine/machine.js'

/**
 * When what a job has left in the artifact store may be deleted. Undefined while it runs, and if it leaves
 * nothing.
 */
export function keptUntil({ status, result }: Pick<Job, 'status' | 'result'>): Date | undefined {
  if (!isTerminal(status)) return undefined
  return result.archive ? result.archive.expiresAt : result.retryUntil
}

/** The result of a job whose time is over at `at`, if it was not before. */
export function expiredResult(result: JobResult, at: Date): JobResult {
  const { archive, retryUntil } = result
  const earlier = (date: Date): Date => (date < at ? date : at)
  return {
    ...result,
    ...(archive && { archive: { ...archive, expiresAt: earlier(archive.expiresAt) } }),
    ...(retryUntil && { retryUntil: earlier(retryUntil) }),
  }
}

/** The result of a job that has nothing left since `at`. */
export function deletedResult(result: JobResult, at: Date): JobResult {
  const { archive, retryUntil: _, ...rest } = result
  return { ...rest, ...(archive && { archive: { ...archive, deletedAt: archive.deletedAt ?? at } }) }
}
