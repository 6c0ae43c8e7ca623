import type { JobError } from './errors.js'

/** A follow-up of a job that has ended, as far as it is. */
export interface FollowUpResult {
  /** `job/list/index`. */
  readonly key: string
  readonly action: string
  readonly status: 'waiting' | 'running' | 'done' | 'failed'
  readonly attempt: number
  /** What it returned. */
  readonly output?: unknown
  /** Why the last attempt failed; of one that is `failed`, there is no other. */
  readonly error?: JobError
  readonly startedAt?: Date
  readonly endedAt?: Date
}
