import type { NewJob } from '../contracts/jobs.js'
import type { PrincipalLimit } from '../contracts/principal.js'
import { defaults } from '../defaults.js'
import { check } from '../options/check.js'
import { objectCheck } from '../options/object-check.js'
import { type OptionChecks, required } from '../options/option-checks.js'

export interface JobLimitOptions {
  /** Jobs of one principal that may be under way at once. Default: any number. */
  readonly perPrincipal?: PrincipalLimit
  /**
   * Jobs that may be under way at once, of all principals and in all processes. Those beyond wait their turn: one
   * of each principal, of each the oldest. Default: that of `defaults`.
   */
  readonly concurrentJobs?: number
  /**
   * The longest time from a job's creation to the end of its last piece, including the time that it waits for
   * room; then it is stopped and fails, with `timeout` if nothing had failed before. Default: none.
   */
  readonly jobTimeoutMs?: number
}

export const jobLimitChecks: OptionChecks<JobLimitOptions> = {
  perPrincipal: objectCheck<PrincipalLimit>({
    jobs: required(check.count),
    whenFull: required(check.oneOf('wait', 'refuse')),
  }),
  concurrentJobs: check.count,
  jobTimeoutMs: check.count,
}

/** The limits that a job is stored with, and its key. */
export type JobLimits = (
  request: Pick<NewJob, 'priority' | 'requestKey'>,
) => Pick<NewJob, 'priority' | 'requestKey' | 'limit' | 'concurrentJobs' | 'timeLimitMs'>

export function createJobLimits({
  perPrincipal: limit,
  concurrentJobs = defaults.concurrentJobs,
  jobTimeoutMs: timeLimitMs,
}: JobLimitOptions): JobLimits {
  return ({ priority, requestKey }) => ({
    ...(priority !== undefined && { priority }),
    ...(requestKey && { requestKey }),
    ...(limit && { limit }),
    concurrentJobs,
    ...(timeLimitMs !== undefined && { timeLimitMs }),
  })
}
