import {
  type Job,
  type JobEvent,
  keptUntil,
  PieceworkError,
  type Queryable,
  transition,
} from '@piecework/core/store'
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

/** One step of the job's life. Whether the job has ended with it; what follows from that is `applyEvent`'s. */
export async function recordEvent(
  tx: Queryable,
  { job, at }: LockedJob,
  event: JobEvent,
): Promise<{ readonly job: Job; readonly ended: boolean }> {
  const next = transition(job, event, at)
  if (next.job !== job) await save(tx, next.job)
  for (const effect of next.effects) {
    if (effect.type === 'submit') await submitBatch(tx, job.id, effect.batch)
  }
  return { job: next.job, ended: next.effects.some(({ type }) => type === 'release') }
}

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
