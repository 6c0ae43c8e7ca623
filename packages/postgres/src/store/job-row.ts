import {
  type Job,
  type JobEvent,
  keptUntil,
  PieceworkError,
  type Queryable,
  transition,
} from '@piecework/core/store'
import { admitWaiting } from './admission.js'
import { jobOf } from './records.js'

/** A job whose row is locked until the transaction ends, and the database's time. */
export interface LockedJob {
  readonly job: Job
  readonly at: Date
}

export async function lockJob(tx: Queryable, id: string): Promise<LockedJob> {
  const locked = await findJob(tx, id)
  if (!locked) throw new PieceworkError('job-not-found', `There is no job ${id}.`)
  return locked
}

export async function findJob(tx: Queryable, id: string): Promise<LockedJob | undefined> {
  const { rows } = await tx.query<{ job: string; at: string }>(
    `SELECT to_jsonb(j)::text AS job, to_jsonb(clock_timestamp()) #>> '{}' AS at
     FROM piecework.jobs j WHERE id = $1 FOR UPDATE`,
    [id],
  )
  const [row] = rows
  return row && { job: jobOf(row.job), at: new Date(row.at) }
}

/** One step of the job's life, with what must be stored in the same transaction. */
export async function applyEvent(tx: Queryable, { job, at }: LockedJob, event: JobEvent): Promise<Job> {
  const next = transition(job, event, at)
  if (next.job !== job) await save(tx, next.job)
  for (const effect of next.effects) {
    if (effect.type === 'submit') await submitBatch(tx, job.id, effect.batch)
    else {
      await skipRest(tx, next.job)
      await release(tx, next.job)
      await makeRoom(tx, next.job)
    }
  }
  return next.job
}

/** How long whoever asks for a job of the same principal may hold up the end of one. */
const patienceMs = 1000

export async function submitBatch(tx: Queryable, job: string, batch: number): Promise<void> {
  await tx.query(
    'UPDATE piecework.batches SET submitted_at = clock_timestamp() WHERE job = $1 AND batch = $2',
    [job, batch],
  )
  await putAction(tx, { type: 'batch', job, batch })
}

export async function putAction(tx: Queryable, action: object): Promise<void> {
  await tx.query('INSERT INTO piecework.outbox (action) VALUES ($1::jsonb)', [JSON.stringify(action)])
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

async function save(tx: Queryable, job: Job): Promise<void> {
  await tx.query(
    `UPDATE piecework.jobs SET status = $2, outcome = $3, error = $4::jsonb, batch = $5, result = $6::jsonb,
       changes = $7::jsonb, kept_until = $8::timestamptz, throttled = $9::boolean, stopped = $10::boolean WHERE id = $1`,
    [
      job.id,
      job.status,
      job.outcome ?? null,
      json(job.error),
      job.batch,
      json(job.result),
      json(job.changes),
      keptUntil(job) ?? null,
      String(job.throttled ?? false),
      String(job.stopped ?? false),
    ],
  )
}

/** As text for a jsonb column; NULL where there is nothing. */
export const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value))
