import type { Job, JobEvent, Queryable } from '@piecework/core/store'
import { admitWaiting } from './admission.js'
import { type LockedJob, recordEvent } from './job-row.js'

/** How long whoever asks for a job of the same principal may hold up the end of one. */
const patienceMs = 1000

/** One step of the job's life, with what must be stored in the same transaction. */
export async function applyEvent(tx: Queryable, locked: LockedJob, event: JobEvent): Promise<Job> {
  const { job, ended } = await recordEvent(tx, locked, event)
  if (ended) {
    await skipRest(tx, job)
    await release(tx, job)
    await makeRoom(tx, job)
  }
  return job
}

/** Nodes of batches that the job did not come to. */
async function skipRest(tx: Queryable, { id, outcome }: Job): Promise<void> {
  if (outcome === 'succeeded') return
  await tx.query(
    `UPDATE piecework.nodes SET status = 'skipped', ended_at = clock_timestamp() WHERE job = $1 AND status = 'waiting'`,
    [id],
  )
}

/** Frees what the job held; a retry of an export wants to know whether that has changed since. */
async function release(tx: Queryable, { id, kind, result }: Job): Promise<void> {
  if (kind === 'export' && result.retryUntil) {
    await tx.query(
      'INSERT INTO piecework.retriable (job, root, path) SELECT job, root, path FROM piecework.holds WHERE job = $1',
      [id],
    )
  }
  await tx.query('DELETE FROM piecework.holds WHERE job = $1', [id])
}

/** Jobs of the same principal that wait may begin. */
async function makeRoom(tx: Queryable, { id, principal }: Job): Promise<void> {
  const sql = 'SELECT FROM piecework.jobs WHERE id = $1 AND principal_limit IS NOT NULL'
  if ((await tx.query(sql, [id])).rowCount === 1) await admitWaiting(tx, principal.id, patienceMs)
}
