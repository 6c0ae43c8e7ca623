import { type Database, isPieceworkError, type Job } from '@piecework/core/store'
import { defaults } from '../defaults.js'
import { jobOf } from './records.js'

/** The job, if it was created; waits for a transaction that is creating it. */
export async function findCreated(control: Database, { id }: Job): Promise<Job | undefined> {
  await awaitCreation(control, id)
  const sql = 'SELECT to_jsonb(j)::text AS job FROM piecework.jobs j WHERE id = $1'
  const { rows } = await control.query<{ job: string }>(sql, [id])
  return rows[0] && jobOf(rows[0].job)
}

/**
 * Each job has a batch 0. To insert it waits for a transaction that has inserted it and is not over, and then
 * meets that batch, or fails because there is no such job.
 */
async function awaitCreation(control: Database, id: string): Promise<void> {
  try {
    await control.transaction(async (tx) => {
      await tx.query(`SELECT set_config('lock_timeout', $1, true)`, [`${defaults.lostCommitLockMs}ms`])
      await tx.query(
        'INSERT INTO piecework.batches (job_id, batch, remaining) VALUES ($1, 0, 0) ON CONFLICT DO NOTHING',
        [id],
      )
    })
  } catch (error) {
    if (!isPieceworkError(error, 'database') || error.facts.sqlState !== '23503') throw error
  }
}
