import { PieceworkError } from '../contracts/errors.js'
import type { JobResult, Kept } from '../contracts/job-result.js'
import type { Job } from '../contracts/jobs.js'
import { isTerminal } from '../engine/machine.js'

/** What an export has made. */
export const keptArtifacts = ({ archive, outputs = [] }: JobResult): readonly Kept[] => [
  ...(archive ? [archive] : []),
  ...outputs,
]

/**
 * When what a job has left in the artifact store may be deleted, all at once. Undefined while it runs, and if it
 * leaves nothing.
 */
export function keptUntil({ status, result }: Pick<Job, 'status' | 'result'>): Date | undefined {
  if (!isTerminal(status)) return undefined
  const times = keptArtifacts(result).map(({ expiresAt }) => expiresAt)
  return times.reduce<Date | undefined>(later, undefined) ?? result.retryUntil
}

/**
 * Throws `expired` if what the job has left may be deleted at `at`: from then on no other may begin to read it, but for
 * an export that is tried again, which reads what it needs anew.
 */
export function assertKeptAt(job: Pick<Job, 'id' | 'status' | 'result'>, at: Date): void {
  const until = keptUntil(job)
  if (!until || until > at) return
  throw new PieceworkError('expired', `What job ${job.id} has left was kept until ${until.toISOString()}.`, {
    facts: { job: job.id, expiresAt: until.toISOString() },
  })
}

const later = (one: Date | undefined, other: Date): Date => (one && one > other ? one : other)

/** The result of a job whose time is over at `at`, if it was not before. */
export function expiredResult(result: JobResult, at: Date): JobResult {
  const { retryUntil } = result
  const earlier = (date: Date): Date => (date < at ? date : at)
  return {
    ...eachArtifact(result, ({ expiresAt }) => ({ expiresAt: earlier(expiresAt) })),
    ...(retryUntil && { retryUntil: earlier(retryUntil) }),
  }
}

/** The result of a job that has nothing left since `at`. */
export function deletedResult(result: JobResult, at: Date): JobResult {
  const { retryUntil: _, ...rest } = result
  return eachArtifact(rest, ({ deletedAt }) => ({ deletedAt: deletedAt ?? at }))
}

function eachArtifact(result: JobResult, changed: (kept: Kept) => Partial<Kept>): JobResult {
  const { archive, outputs } = result
  return {
    ...result,
    ...(archive && { archive: { ...archive, ...changed(archive) } }),
    ...(outputs && { outputs: outputs.map((one) => ({ ...one, ...changed(one) })) }),
  }
}
