import type { Job } from './jobs.js'
import type { ResourceRef } from './resource.js'

export interface RetentionFilter {
  /** Jobs that read or made this resource. */
  readonly resource?: ResourceRef
  /** Those behind this id. */
  readonly after?: string
  readonly limit: number
}

/**
 * What terminal jobs have left in the artifact store, and until when (`keptUntil` of their result). Each
 * method is one atomic step.
 */
export interface Retention {
  /**
   * Up to `limit` jobs whose time is over, whose follow-ups have ended and that no unfinished job reads from. They are
   * the caller's to clean up for `leaseMs`: so long no other caller gets them.
   */
  expired(limit: number, leaseMs: number): Promise<readonly Job[]>
  /** What the job had left is deleted: `expired` and `list` do not return it again. */
  markDeleted(job: string): Promise<Job>
  /** Its time is over now, unless it was before. */
  expire(job: string): Promise<Job>
  /** Jobs that have left something, whether their time is over or not. By id. */
  list(filter: RetentionFilter): Promise<readonly Job[]>
  /** True for one caller in `everyMs`, of all processes. */
  acquireTurn(name: string, everyMs: number): Promise<boolean>
}
