import { type Database, type Task, taskOf } from '@piecework/core/store'
import { msSince } from './clocks.js'
import type { LeaseHolder } from './lease-holder.js'
import { lapsedSql } from './take-over.js'

/**
 * Tasks of the current batches whose lease has lapsed, or that were submitted before `submittedBefore` and
 * still wait; they count as submitted again now. If a lease of a job has lapsed, tasks of that job that were
 * submitted before it lapsed are overdue too: the worker that died may have taken them.
 */
export async function overdueTasks(
  control: Database,
  { storeId, embedded, clock }: LeaseHolder,
  submittedBefore: Date,
): Promise<readonly Task[]> {
  const { rows } = await control.query<{
    job: string
    node: string
    attempt: number
    priority: number
    batch: number
  }>(
    `UPDATE piecework.nodes o
     SET submitted_at = CASE WHEN o.status = 'waiting' THEN piecework.now() ELSE o.submitted_at END
     FROM (
       WITH crashed AS (
         SELECT n.job_id, least(max(n.lease_until), piecework.now()) AS lapsed_at
         FROM piecework.jobs j
         JOIN piecework.nodes n ON n.job_id = j.id AND n.batch = j.batch
         WHERE j.open AND n.open AND ${lapsedSql}
         GROUP BY n.job_id
       )
       SELECT n.job_id, n.id, j.priority, j.batch
       FROM piecework.jobs j
       JOIN piecework.batches b ON b.job_id = j.id AND b.batch = j.batch
       JOIN piecework.nodes n ON n.job_id = j.id AND n.batch = j.batch
       LEFT JOIN crashed c ON c.job_id = j.id
       WHERE j.open AND n.open
         AND (${lapsedSql} OR n.status = 'waiting' AND coalesce(n.submitted_at, b.submitted_at)
           <= greatest(piecework.now() - $3::float8 * interval '1 millisecond', c.lapsed_at))
       FOR UPDATE OF n SKIP LOCKED
     ) found
     WHERE o.job_id = found.job_id AND o.id = found.id
     RETURNING o.job_id AS job, o.id AS node, o.attempt, found.priority, found.batch`,
    [storeId, String(embedded), msSince(submittedBefore, clock)],
  )
  return rows.map(({ job: id, node, attempt, priority, batch }) =>
    taskOf({ id, priority, batch }, { id: node, attempt }),
  )
}
