/** How often something goes wrong by itself, of 1. */
export interface Rates {
  /** Calls that do not arrive. */
  readonly refused: number
  /** Calls that are carried out, and whose answer does not arrive. */
  readonly unanswered: number
  /** Queries in a transaction at which the connection is lost, or the process freezes or dies. */
  readonly inside: number
  /** Tasks that the queue loses. */
  readonly lost: number
  /** Tasks that it delivers twice. */
  readonly doubled: number
  /** How late it delivers at most. */
  readonly lateMs: number
}

type Job = 'import' | 'export' | 'clone'

/** Which packs a process has, beside those of most. */
export type PackAge =
  /** That of most: it reads what the older one has written. */
  | 'present'
  /** The first piece in the version before. */
  | 'older'
  /** The first piece in the version after, which does not read the oldest any more. */
  | 'newer'
  /** No piece for the last part. */
  | 'without'

/** What is done with an import whose files come one by one. */
export interface PlannedDraft {
  /** What fails of it stays, hidden. */
  readonly keepsShell: boolean
  readonly keepUploads: boolean
  /** Files that are uploaded twice, and files that are taken away again before. */
  readonly replaced: readonly number[]
  readonly removed: readonly number[]
  /** This file is refused by a validator. */
  readonly bad?: number
  readonly validates: boolean
  readonly end: 'run' | 'delete' | 'leave'
  /** The longest wait before each step. */
  readonly pauseMs: number
  /** Deleted by another call, whatever is under way. */
  readonly deleteAfterMs?: number
}

export interface PlannedRequest {
  readonly atMs: number
  /** `remove` deletes a book as a host does that asks no guard. */
  readonly what: Job | 'validate' | 'edit' | 'claim' | 'remove' | 'draft'
  readonly book: number
  readonly principal: number
  readonly cancelAfterMs?: number
  /** Asked for again, so long after it has failed or was cancelled. */
  readonly retryAfterMs?: number
  /** Before that, the host edits the book. */
  readonly editBeforeRetry?: boolean
  /** How the end of a job is waited for. */
  readonly follow: 'ask' | 'watch'
  /** Of the first part, in the archive that is imported. */
  readonly archiveVersion: 1 | 2
  /** What an export has made is imported so long after, and given out. */
  readonly importAfterMs?: number
  readonly draft?: PlannedDraft
  /** An export makes a page beside the archive. */
  readonly page?: true
  /** What an export has made is delivered. */
  readonly delivers?: true
  /** An export without a claim, while which edits go on. */
  readonly unclaimed?: true
  /** It has a key: where its answer is lost it is asked again, and once more when it was answered. */
  readonly keyed?: true
}

export interface PlannedFault {
  readonly atMs: number
  readonly what:
    | 'kill'
    | 'freeze'
    | 'stop'
    | 'jump'
    | 'database jump'
    | 'database restart'
    | 'outage'
    | 'storage'
    | 'flush'
  /** Which process; taken modulo those that live. */
  readonly process: number
  readonly forMs: number
}

/** A right that a user loses for a time. */
export interface PlannedLoss {
  readonly atMs: number
  readonly forMs: number
  readonly principal: number
  /** To read it and to give out what was made of it. Absent: to make new books. */
  readonly book?: number
}

/** All that is decided before a simulation begins; what it leaves to chance follows from the seed. */
export interface SimulationPlan {
  readonly seed: number
  readonly requests: readonly PlannedRequest[]
  readonly faults: readonly PlannedFault[]
  readonly rates: Rates
  readonly workers: number
  /** The packs of the first of them, every other time that it begins. */
  readonly oddPack: PackAge
  /** What the clock of each process is ahead of the database's. */
  readonly aheadMs: readonly number[]
  /** The queue delivers again what a worker did not end, and loses nothing: tasks are never submitted twice. */
  readonly reliableQueue: boolean
  /** The process that asks works as well. */
  readonly clientWorks: boolean
  readonly jobsPerPrincipal?: number
  /** Of all principals. */
  readonly concurrentJobs?: number
  readonly jobTimeoutMs?: number
  readonly archiveTtlMs?: number
  readonly draftTtlMs: number
  /** Absent: the hosts have no access policy. */
  readonly losses?: readonly PlannedLoss[]
  /** Requests have follow-ups. */
  readonly followUps?: true
}
