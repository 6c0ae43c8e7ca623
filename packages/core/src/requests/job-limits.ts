import { PieceworkError } from '../contracts/errors.js'
import type { NewJob } from '../contracts/jobs.js'
import type { PrincipalLimit } from '../contracts/principal.js'

export interface JobLimitOptions {
  /** Jobs of one principal that may be under way at once. Default: any number. */
  readonly perPrincipal?: PrincipalLimit
  /**
   * The longest time from a job's creation to the end of its last piece, also where it waits for room; then it is stopped and fails,
   * with `timeout` where nothing had failed before. Default: none.
   */
  readonly jobTimeoutMs?: number
}

/** On what terms a job is stored. Throws `options-invalid` for a priority that is no whole number of 32 bits. */
export type JobLimits = (asked: {
  readonly priority?: number
}) => Pick<NewJob, 'priority' | 'limit' | 'timeLimitMs'>

/** Throws `options-invalid`. */
export function createJobLimits({
  perPrincipal: limit,
  jobTimeoutMs: timeLimitMs,
}: JobLimitOptions): JobLimits {
  if (limit) assertCount('perPrincipal.jobs', limit.jobs)
  if (limit && limit.whenFull !== 'wait' && limit.whenFull !== 'refuse') {
    throw new PieceworkError('options-invalid', 'perPrincipal.whenFull must be "wait" or "refuse".')
  }
  if (timeLimitMs !== undefined) assertCount('jobTimeoutMs', timeLimitMs)
  return ({ priority }) => {
    if (priority !== undefined && (priority | 0) !== priority) {
      throw new PieceworkError('options-invalid', `priority must be a whole number, not ${priority}.`)
    }
    return {
      ...(priority !== undefined && { priority }),
      ...(limit && { limit }),
      ...(timeLimitMs !== undefined && { timeLimitMs }),
    }
  }
}

/** Throws `options-invalid` for anything but a whole number that a timer and a column can hold. */
export function assertCount(option: string, value: number): void {
  if (Number.isInteger(value) && value >= 1 && value < 2 ** 31) return
  throw new PieceworkError('options-invalid', `${option} must be a whole number from 1, not ${value}.`)
}
