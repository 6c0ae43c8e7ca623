import { type Job, PieceworkError, type Queryable } from '@piecework/core/store'
import { jobOf } from './records.js'

/** A job whose row is locked until the transaction ends, and the database's time. */
export interface LockedJob {
  readonly job: Job
  readonly at: Date
}

/**
 * Throws `job-not-found`. The lock lets foreign keys of others refer to the row: another transaction
 * writes findings of the job before it locks the row of the batch, which this one may hold already.
 */
export async function lockJob(tx: Queryable, id: string): Promise<LockedJob> {
  const locked = await findJob(tx, id)
  if (!locked) throw new PieceworkError('job-not-found', `There is no job ${id}.`)
  return locked
}

export async function findJob(tx: Queryable, id: string): Promise<LockedJob | undefined> {
  const { rows } = await tx.query<{ job: string; at: string }>(
    `SELECT to_jsonb(j)::text AS job, to_jsonb(piecework.now()) #>> '{}' AS at
     FROM piecework.jobs j WHERE id = $1 FOR NO KEY UPDATE`,
    [id],
  )
  const [row] = rows
  return row && { job: jobOf(row.job), at: new Date(row.at) }
}
