import type { Database, Job, JobEvent, Queryable } from '@piecework/core/store'
import { applyEvent } from './apply-event.js'
import { lockJob } from './lock-job.js'
import { jobOf } from './records.js'

/**
 * Skips the nodes of the current batch that wait, and applies `event` to the job. Undefined if it `may` not be
 * stopped (any more). Rows are locked in the order in which ends of nodes lock them (nodes, batch, job), so that
 * they never deadlock. If the job has changed before its row was locked, everything is rolled back and begins
 * again. `also` happens in the same step.
 */
export async function stopJob(
  control: Database,
  id: string,
  may: (job: Job) => boolean,
  event: (remaining: number) => JobEvent,
  also: (tx: Queryable) => Promise<void> = async () => undefined,
): Promise<Job | undefined> {
  for (;;) {
    try {
      return await control.transaction(async (tx) => {
        const stopped = await tryStop(tx, id, may, event)
        await also(tx)
        return stopped
      })
    } catch (error) {
      if (!(error instanceof JobChanged)) throw error
    }
  }
}

class JobChanged extends Error {}

async function tryStop(
  tx: Queryable,
  id: string,
  may: (job: Job) => boolean,
  event: (remaining: number) => JobEvent,
): Promise<Job | undefined> {
  const read = await readJob(tx, id)
  const open = read !== undefined && may(read)
  const remaining = open && read.status !== 'draft' ? await skipWaiting(tx, id, read.batch) : 0
  const locked = await lockJob(tx, id)
  if (!open) return undefined
  const { outcome, stopped, batch, status } = locked.job
  const same =
    outcome === read.outcome &&
    stopped === read.stopped &&
    batch === read.batch &&
    (status === 'draft') === (read.status === 'draft')
  if (!same) throw new JobChanged()
  return applyEvent(tx, locked, event(remaining))
}

async function readJob(tx: Queryable, id: string): Promise<Job | undefined> {
  const { rows } = await tx.query<{ job: string }>(
    'SELECT to_jsonb(j)::text AS job FROM piecework.jobs j WHERE id = $1',
    [id],
  )
  return rows[0] && jobOf(rows[0].job)
}

/**
 * Resolves to the nodes of the batch that have not ended: those that run, or that wait for another attempt
 * since.
 */
async function skipWaiting(tx: Queryable, id: string, batch: number): Promise<number> {
  const skipped = await tx.query(
    `UPDATE piecework.nodes n SET status = 'skipped', revision = n.revision + 1, ended_at = piecework.now()
     FROM (SELECT w.id FROM piecework.nodes w WHERE w.job_id = $1 AND w.batch = $2::int AND w.open AND w.status = 'waiting'
       ORDER BY w.id FOR UPDATE) waiting
     WHERE n.job_id = $1 AND n.id = waiting.id`,
    [id, batch],
  )
  const { rows } = await tx.query<{ remaining: number }>(
    `UPDATE piecework.batches SET remaining = remaining - $3::int
     WHERE job_id = $1 AND batch = $2::int RETURNING remaining`,
    [id, batch, skipped.rowCount],
  )
  if (await isWaiting(tx, id, batch)) throw new JobChanged()
  return Number(rows[0]?.remaining ?? 0)
}

/** Whether an end has added nodes to the batch before this has locked its row. */
async function isWaiting(tx: Queryable, id: string, batch: number): Promise<boolean> {
  const { rows } = await tx.query<{ waits: boolean }>(
    `SELECT EXISTS (SELECT FROM piecework.nodes
       WHERE job_id = $1 AND batch = $2::int AND open AND status = 'waiting') AS waits`,
    [id, batch],
  )
  return rows[0]?.waits === true
}
