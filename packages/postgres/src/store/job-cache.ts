import {
  isTerminal,
  type Job,
  type Lease,
  PieceworkError,
  type Queryable,
  type Task,
} from '@piecework/core/store'
import { defaults } from '../defaults.js'
import { jobOf, jobWith } from './records.js'

/**
 * Jobs that have begun, by id. From then on tree, principal and limits stay as they are, and the request but for what
 * follows the end: only what `piecework.mutable_columns` prints has to be read again, and all of it once at the end.
 */
export class JobCache {
  readonly #jobs = new Map<string, Job>()
  /**
   * The last state of each job, with the text that it was read from: while a batch runs, that stays the same.
   */
  readonly #latest = new Map<string, { readonly mutableColumns: string; readonly job: Job }>()
  /** Nodes that had not ended, by batch. */
  readonly #remaining = new Map<string, number>()

  /** Reads the job unless it is cached. Throws `job-not-found`. */
  async get(db: Queryable, id: string): Promise<Job> {
    const cached = this.#jobs.get(id)
    if (cached) return cached
    const sql = 'SELECT to_jsonb(j)::text AS job FROM piecework.jobs j WHERE id = $1'
    const { rows } = await db.query<{ job: string }>(sql, [id])
    if (!rows[0]) throw new PieceworkError('job-not-found', `There is no job ${id}.`)
    const job = jobOf(rows[0].job)
    put(this.#jobs, id, job)
    return job
  }

  /** The job in the state that `mutableColumns` describes, with what follows its end if it has ended. */
  async current(db: Queryable, id: string, mutableColumns: string): Promise<Job> {
    const job = this.update(await this.get(db, id), mutableColumns)
    const cached = this.#jobs.get(id)
    if (!isTerminal(job.status) || (cached && isTerminal(cached.status))) return job
    this.#jobs.delete(id)
    this.#latest.delete(id)
    return this.update(await this.get(db, id), mutableColumns)
  }

  /** The job in the state that `mutableColumns` describes. */
  update(job: Job, mutableColumns: string): Job {
    const latest = this.#latest.get(job.id)
    if (latest?.mutableColumns === mutableColumns) return latest.job
    const updated = jobWith(job, mutableColumns)
    put(this.#latest, job.id, { mutableColumns, job: updated })
    return updated
  }

  setRemaining(job: string, batch: number, remaining: number): void {
    put(this.#remaining, batchKey(job, batch), remaining)
  }

  /**
   * Whether, as far as is known here, these tasks begin no job and these leases are not the last of their
   * batches.
   */
  isMidBatch(begins: readonly Task[], ends: readonly Lease[]): boolean {
    const counts = new Map<string, number>()
    for (const { job, node } of ends) {
      const key = batchKey(job.id, node.batch)
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    return (
      begins.every(({ job }) => hasBegun(this.#latest.get(job)?.job)) &&
      [...counts].every(([key, count]) => (this.#remaining.get(key) ?? 0) > count)
    )
  }
}

const batchKey = (job: string, batch: number): string => `${batch} ${job}`

/** Whether the first node of the job has begun. */
export function hasBegun(job: Pick<Job, 'status'> | undefined): boolean {
  return job !== undefined && job.status !== 'pending' && job.status !== 'submitted'
}

/** Forgets the entry that was added first if there are too many. */
function put<Value>(entries: Map<string, Value>, key: string, value: Value): void {
  const [oldest] = entries.keys()
  if (entries.size >= defaults.cachedJobs && oldest !== undefined && !entries.has(key)) entries.delete(oldest)
  entries.set(key, value)
}
