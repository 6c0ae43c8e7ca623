import type { Database } from '@piecework/core/store'
import { defaults } from '../../defaults.js'

/**
 * Drops what a database keeps of a job that has ended, and of others that have ended while it was away: the store knows
 * it all. Jobs that the store does not know may be another store's.
 */
export async function dropTold(database: Database, control: Database, job: string): Promise<void> {
  const kept = await database.query<{ job_id: string }>(
    'SELECT DISTINCT job_id, job_id = $1 AS own FROM piecework.attempts ORDER BY own DESC LIMIT $2::int',
    [job, defaults.toldJobs],
  )
  const ended = await control.query<{ id: string }>(
    'SELECT id FROM piecework.jobs WHERE terminal AND id IN (SELECT jsonb_array_elements_text($1::jsonb))',
    [JSON.stringify(kept.rows.map(({ job_id }) => job_id))],
  )
  if (ended.rows.length === 0) return
  await database.query(
    `WITH told AS (SELECT jsonb_array_elements_text($1::jsonb) AS id),
       keys AS (DELETE FROM piecework.key_ranges WHERE job_id IN (SELECT id FROM told)),
       summaries AS (DELETE FROM piecework.summaries WHERE job_id IN (SELECT id FROM told)),
       replaced AS (DELETE FROM piecework.replaced_values WHERE job_id IN (SELECT id FROM told))
     DELETE FROM piecework.attempts WHERE job_id IN (SELECT id FROM told)`,
    [JSON.stringify(ended.rows.map(({ id }) => id))],
  )
}
