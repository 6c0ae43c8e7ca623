import type { Transaction } from './database.js'
import type { JobRequest, Sorting } from './job-request.js'
import type { Job, NewJob } from './jobs.js'
import type { Upload } from './upload.js'

/** What a draft becomes when its import runs. */
export interface DraftPlan
  extends Pick<
    NewJob,
    | 'nodes'
    | 'batches'
    | 'limit'
    | 'concurrentJobs'
    | 'timeLimitMs'
    | 'priority'
    | 'record'
    | 'requestKey'
    | 'requestKeyOf'
  > {
  /** With the uploads that the plan was made for. */
  readonly request: JobRequest
}

/**
 * Imports whose files come one after the other: jobs in the status `draft`, which hold their claims and have
 * no node but the last one. Each method is one atomic step; `job-not-found`, and `uploads-closed` if the job
 * is in another status.
 */
export interface Drafts {
  /** Claims, job and shells, all or nothing; `resource-busy` names the holder, `request-key-used` comes before it. */
  create(job: NewJob, shells: (tx: Transaction) => Promise<void>): Promise<Job>
  /** Takes the place of the upload of the same role, which is returned. */
  put(job: string, upload: Upload): Promise<Upload | undefined>
  /** Returns what was removed; undefined if there is no such upload. */
  remove(job: string, upload: string): Promise<Upload | undefined>
  /**
   * Takes the place of all uploads that an earlier sort has made, and returns whose bytes are to go: these, or the given
   * ones if nothing has changed since a sort of the same uploads. `resource-busy` unless the others are those that it was
   * made of.
   */
  sort(job: string, sorting: Sorting, uploads: readonly Upload[]): Promise<readonly Upload[]>
  /**
   * Makes it `pending` and submits its first batch if its principal has room. `resource-busy` if the plan was
   * made for other uploads, `too-many-jobs`, `request-key-used`. What is recorded is recorded in the same step.
   */
  run(job: string, plan: DraftPlan): Promise<Job>
  /** For how long its files have not changed, in ms. Undefined if it is none any more. */
  idleMs(job: string): Promise<number | undefined>
  /** Ids of those that have not changed since. */
  idle(before: Date): Promise<readonly string[]>
}
