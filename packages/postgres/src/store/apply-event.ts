import { type Job, type JobEvent, type Queryable, transition } from '@piecework/core/store'
import { defaults } from '../defaults.js'
import { admitThrottled } from './admission.js'
import type { LockedJob } from './lock-job.js'
import { saveTransition } from './save-transition.js'

/** One transition of the job, with all that must be stored in the same transaction. */
export async function applyEvent(tx: Queryable, { job, at }: LockedJob, event: JobEvent): Promise<Job> {
  const next = transition(job, event, at)
  const submitted = await saveTransition(tx, job, next)
  if (submitted === 'empty') return applyEvent(tx, { job: next.job, at }, { type: 'batch-empty' })
  if (next.effects.some(({ type }) => type === 'free')) {
    await tx.query('DELETE FROM piecework.holds WHERE job_id = $1', [next.job.id])
  }
  if (next.effects.some(({ type }) => type === 'release')) {
    await skipWaiting(tx, next.job)
    await releaseHolds(tx, next.job)
    // It has made room for one.
    await admitThrottled(tx, { lockTimeoutMs: defaults.admissionLockTimeoutMs, most: 1 })
  }
  return next.job
}

/** Nodes of batches that were not reached. */
async function skipWaiting(tx: Queryable, { id, outcome }: Job): Promise<void> {
  if (outcome === 'succeeded') return
  await tx.query(
    `UPDATE piecework.nodes SET status = 'skipped', revision = revision + 1, ended_at = piecework.now()
     WHERE job_id = $1 AND open AND status = 'waiting' AND task <> 'follow-up'`,
    [id],
  )
}

/**
 * Frees what the job held, and drops its reserved keys, summaries and states, and the journal of files that its rows name.
 * Its paths are remembered if it may be retried: a retry must know whether they have changed since.
 */
async function releaseHolds(tx: Queryable, { id, kind, result, outcome }: Job): Promise<void> {
  if (kind === 'export' && result.retryUntil) {
    await tx.query(
      `INSERT INTO piecework.retry_claims (job_id, root, path)
       SELECT job_id, root, path FROM piecework.holds WHERE job_id = $1`,
      [id],
    )
  }
  await endPutFiles(tx, id, outcome === 'succeeded')
  await tx.query(
    `WITH keys AS (DELETE FROM piecework.key_ranges WHERE job_id = $1),
       summaries AS (DELETE FROM piecework.summaries WHERE job_id = $1),
       states AS (DELETE FROM piecework.node_states WHERE job_id = $1)
     DELETE FROM piecework.holds WHERE job_id = $1`,
    [id],
  )
}

async function endPutFiles(tx: Queryable, job: string, succeeded: boolean): Promise<void> {
  await tx.query(
    `WITH kept AS (
       DELETE FROM piecework.put_files f USING piecework.nodes n
       WHERE f.job_id = $1 AND $2 AND NOT f.withdrawn AND n.job_id = $1 AND n.id = f.node_id AND n.fence = f.fence
       RETURNING f.id
     )
     UPDATE piecework.put_files f SET ended_at = piecework.now()
     WHERE f.job_id = $1 AND f.id NOT IN (SELECT id FROM kept)`,
    [job, succeeded],
  )
}
