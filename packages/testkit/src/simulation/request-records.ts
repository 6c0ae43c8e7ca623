import type { Job } from '@piecework/core/store'

/** What those who asked know afterwards. */
export class RequestRecords {
  /** Ids that were answered. */
  readonly jobs = new Set<string>()
  readonly cancelled = new Set<string>()
  /** Books that were deleted while jobs may have read them. */
  readonly removed = new Set<string>()
  /** What drafts would have made whose delete was answered. */
  readonly deletedDrafts = new Set<string>()
  /** How often each follow-up was seen to run, by its key. */
  readonly told = new Map<string, number>()
  /** How requests ended, for the summary. */
  readonly outcomes = new Map<string, number>()

  count(what: string): void {
    this.outcomes.set(what, (this.outcomes.get(what) ?? 0) + 1)
  }

  ended(job: Job): void {
    this.count(`${job.kind} ${job.status}`)
  }
}
