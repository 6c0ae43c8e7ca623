import { type Job, type Lease, PieceworkError, type Queryable, type Task } from '@piecework/core/store'
import { jobOf, jobWith } from './records.js'

/** Jobs whose nodes run here at the same time are few. */
const most = 32

/**
 * Jobs that have begun, by id. Then tree, request, principal and terms stay as they are, and only what `piecework.changing` prints
 * has to be read again.
 */
export class JobCache {
  readonly #jobs = new Map<string, Job>()
  /** As they were last, by what had been printed of them: while a batch runs, that stays the same. */
  readonly #last = new Map<string, { readonly changing: string; readonly job: Job }>()
  /** Nodes that had not ended, by batch. */
  readonly #open = new Map<string, number>()

  /** Throws `job-not-found`. */
  async get(db: Queryable, id: string): Promise<Job> {
    const known = this.#jobs.get(id)
    if (known) return known
    const sql = 'SELECT to_jsonb(j)::text AS job FROM piecework.jobs j WHERE id = $1'
    const { rows } = await db.query<{ job: string }>(sql, [id])
    if (!rows[0]) throw new PieceworkError('job-not-found', `There is no job ${id}.`)
    const job = jobOf(rows[0].job)
    keep(this.#jobs, id, job)
    return job
  }

  /** So many nodes of the job's batch have not ended. */
  stillOpen(job: string, batch: number, remaining: number): void {
    keep(this.#open, batchKey(job, batch), remaining)
  }

  /** Whether nothing of a job is known to follow from these steps: neither does it begin, nor does a batch end. */
  isInMidst(begins: readonly Task[], ends: readonly Lease[]): boolean {
    const ended = new Map<string, number>()
    for (const { job, node } of ends) {
      const key = batchKey(job.id, node.batch)
      ended.set(key, (ended.get(key) ?? 0) + 1)
    }
    return (
      begins.every(({ job }) => hasBegun(this.#last.get(job)?.job)) &&
      [...ended].every(([key, count]) => (this.#open.get(key) ?? 0) > count)
    )
  }

  /** The job as it is now. */
  now(job: Job, changing: string): Job {
    const last = this.#last.get(job.id)
    if (last?.changing === changing) return last.job
    const now = jobWith(job, changing)
    keep(this.#last, job.id, { changing, job: now })
    return now
  }
}

const batchKey = (job: string, batch: number): string => `${batch} ${job}`

/** Whether its first node has. */
export function hasBegun(job: Pick<Job, 'status'> | undefined): boolean {
  return job !== undefined && job.status !== 'pending' && job.status !== 'submitted'
}

function keep<Value>(kept: Map<string, Value>, id: string, value: Value): void {
  const [oldest] = kept.keys()
  if (kept.size >= most && oldest !== undefined && !kept.has(id)) kept.delete(oldest)
  kept.set(id, value)
}
