import { canBeStopped, type Database, type Job, type JobEvent, type Queryable } from '@piecework/core/store'
import { applyEvent } from './apply-event.js'
import { lockJob } from './job-row.js'
import { jobOf } from './records.js'

/**
 * Nodes of the current batch that wait are skipped, and `event` tells the job. Undefined where nothing is left to stop.
 * Rows are locked in the order of those that end nodes (nodes, batch, job), so that they never wait for each other in a circle;
 * where the job has gone on before its row was locked, all begins again.
 */
export async function stopJob(
  control: Database,
  id: string,
  event: (remaining: number) => JobEvent,
): Promise<Job | undefined> {
  for (;;) {
    try {
      return await control.transaction((tx) => stop(tx, id, event))
    } catch (error) {
      if (!(error instanceof WentOn)) throw error
    }
  }
}

/** Rolls back what was done to a batch that is not the current one any more. */
class WentOn extends Error {}

async function stop(
  tx: Queryable,
  id: string,
  event: (remaining: number) => JobEvent,
): Promise<Job | undefined> {
  const seen = await look(tx, id)
  const open = seen !== undefined && canBeStopped(seen)
  const remaining = open && seen.status !== 'draft' ? await skipWaiting(tx, id, seen.batch) : 0
  const locked = await lockJob(tx, id)
  if (!open) return undefined
  const { outcome, stopped, batch, status } = locked.job
  const same =
    outcome === seen.outcome &&
    stopped === seen.stopped &&
    batch === seen.batch &&
    (status === 'draft') === (seen.status === 'draft')
  if (!same) throw new WentOn()
  return applyEvent(tx, locked, event(remaining))
}

type Seen = Pick<Job, 'status' | 'outcome' | 'stopped' | 'batch' | 'batches'>

async function look(tx: Queryable, id: string): Promise<Seen | undefined> {
  const { rows } = await tx.query<{ job: string }>(
    'SELECT to_jsonb(j)::text AS job FROM piecework.jobs j WHERE id = $1',
    [id],
  )
  return rows[0] && jobOf(rows[0].job)
}

/** Tells how many nodes of the batch have not ended: those that run, or that wait for another attempt since. */
async function skipWaiting(tx: Queryable, id: string, batch: number): Promise<number> {
  const skipped = await tx.query(
    `UPDATE piecework.nodes n SET status = 'skipped', ended_at = clock_timestamp()
     FROM (SELECT w.id FROM piecework.nodes w WHERE w.job = $1 AND w.batch = $2::int AND w.status = 'waiting'
       ORDER BY w.id FOR UPDATE) waiting
     WHERE n.job = $1 AND n.id = waiting.id`,
    [id, batch],
  )
  const { rows } = await tx.query<{ remaining: number }>(
    `UPDATE piecework.batches SET remaining = remaining - $3::int WHERE job = $1 AND batch = $2::int RETURNING remaining`,
    [id, batch, skipped.rowCount],
  )
  return Number(rows[0]?.remaining ?? 0)
}
