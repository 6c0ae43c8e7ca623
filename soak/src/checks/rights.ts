import type { Database } from '@piecework/core'
import { type Problem, problem } from '../problem.js'

/** Nothing of the principal's jobs was begun after `since`, when its right was withdrawn, and is done. */
export async function nothingDoneWithout(
  database: Database,
  principal: string,
  since: Date,
): Promise<readonly Problem[]> {
  const { rows } = await database.query<{ id: string }>(
    `SELECT n.id FROM piecework.nodes n JOIN piecework.jobs j ON j.id = n.job_id
     WHERE j.principal ->> 'id' = $1 AND n.started_at > $2 AND n.status = 'done'
       AND n.task NOT IN ('finish', 'follow-up') ORDER BY n.batch, n.id`,
    [principal, since],
  )
  return rows.map(({ id }) => problem('wrong', `${id} was done without a right to it`))
}

/** Each of the jobs is in the record as one that was asked for, once. */
export async function recordedOnce(database: Database, jobs: readonly string[]): Promise<readonly Problem[]> {
  const { rows } = await database.query<{ id: string; count: number }>(
    `SELECT j.id, count(r.id)::int AS count
     FROM piecework.jobs j LEFT JOIN piecework.record r ON r.job_id = j.id
       AND r.principal_id = j.principal ->> 'id' AND r.outcome = 'allowed'
       AND r.action IN ('export', 'clone-from', 'import', 'deliver')
     WHERE j.id = ANY ($1) GROUP BY j.id HAVING count(r.id) <> 1`,
    [jobs],
  )
  return rows.map(({ id, count }) =>
    problem(count === 0 ? 'lost' : 'doubled', `the record has ${count} requests that made job ${id}`),
  )
}
