import type { Lease } from './attempts.js'
import type { Transaction } from './database.js'
import type { Job } from './jobs.js'

/** What was read, and when. */
export interface MomentRead<T> {
  readonly value: T
  /** Number of the job's moment. Absent: nothing was asked of the database, or the job has one node that reads. */
  readonly moment?: number
}

/**
 * Lets all nodes of an export read the database as it was at one moment, whatever is written meanwhile and in whatever
 * process they run.
 */
export interface Moments {
  /**
   * Runs `work` in a read-only transaction at the job's moment; the first one takes it. Where that is lost, because no
   * process holds it any more, another one takes its place: all that nodes have read at the one before is read again by
   * them, and what they still read cannot be committed. Throws `snapshot-lost` when that would happen for the third time
   * or the moment is too old, and `too-many-jobs` with `facts.givenBackForMs` when this process holds as many as it may:
   * never waits for another job.
   */
  read<T>(
    lease: Lease,
    work: (tx: Transaction) => Promise<T>,
    options: { readonly signal: AbortSignal },
  ): Promise<MomentRead<T>>
  /** Whether the job has read something by itself: then it must not take over what another one has read. */
  isTaken(job: string): Promise<boolean>
  /** A job as it is now: when its exports have ended, this process lets its moment go. */
  seen(job: Job): Promise<void>
  /** Lets go what is not needed any more or is too old, and ends what other processes have left. */
  sweep(): Promise<void>
  /** Lets all moments go that this process holds. */
  release(): Promise<void>
}
