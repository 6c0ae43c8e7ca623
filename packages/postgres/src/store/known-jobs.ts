import { type Job, PieceworkError, type Queryable } from '@piecework/core'
import { jobOf } from './records.js'

/** Jobs whose nodes run here at the same time are few. */
const most = 32

/**
 * Jobs that have begun, by id. Then tree, request, principal and terms stay as they are, and only what `piecework.changing` prints
 * has to be read again.
 */
export class KnownJobs {
  readonly #jobs = new Map<string, Job>()

  /** Throws `job-not-found`. */
  async get(db: Queryable, id: string): Promise<Job> {
    const known = this.#jobs.get(id)
    if (known) return known
    const sql = 'SELECT to_jsonb(j)::text AS job FROM piecework.jobs j WHERE id = $1'
    const { rows } = await db.query<{ job: string }>(sql, [id])
    if (!rows[0]) throw new PieceworkError('job-not-found', `There is no job ${id}.`)
    const job = jobOf(rows[0].job)
    const [oldest] = this.#jobs.keys()
    if (this.#jobs.size >= most && oldest !== undefined) this.#jobs.delete(oldest)
    this.#jobs.set(id, job)
    return job
  }
}
