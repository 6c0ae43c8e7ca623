import {
  canBeStopped,
  type Database,
  type Job,
  type JobError,
  type JobEvent,
  type JobStatus,
  type Jobs,
  type NewJob,
  type Queryable,
  withFollowUps,
} from '@piecework/core/store'
import { defaults } from '../defaults.js'
import { applyEvent } from './apply-event.js'
import { findCreated } from './find-created.js'
import { insertJob } from './insert-job.js'
import { jsonText } from './json-text.js'
import { lockJob } from './lock-job.js'
import { jobOf } from './records.js'
import { findByRequestKey, removeRequestKeys } from './request-keys.js'
import { submitBatch } from './save-transition.js'
import { stopJob } from './stop-job.js'
import { assertStorable } from './storable.js'
import { committed } from './unknown-commit.js'

export function postgresJobs(control: Database): Jobs {
  return {
    create: (job, tx) =>
      tx
        ? create(tx, job)
        : committed(
            control,
            (own) => create(own, job),
            (made) => findCreated(control, made),
          ),
    get: async (id, tx = control) => {
      const sql = 'SELECT to_jsonb(j)::text AS job FROM piecework.jobs j WHERE id = $1'
      const { rows } = await tx.query<{ job: string }>(sql, [id])
      return rows[0] && jobOf(rows[0].job)
    },
    status: async (id) => {
      const sql = 'SELECT status FROM piecework.jobs WHERE id = $1'
      return (await control.query<{ status: JobStatus }>(sql, [id])).rows[0]?.status
    },
    byRequestKey: (principal, key, tx = control) => findByRequestKey(tx, principal, key),
    list: async ({ resource, making = false, requestedBy, after, limit = defaults.listedJobs }) => {
      const { rows } = await control.query<{ job: string }>(
        `SELECT to_jsonb(j)::text AS job FROM piecework.jobs j
         WHERE ($1::text IS NULL
             OR j.id IN (SELECT job_id FROM piecework.job_resources r WHERE r.kind = $1 AND r.id = $2))
           AND (NOT $6::boolean OR (j.kind IN ('import', 'clone')
             AND j.target ->> 'kind' = $1 AND j.target ->> 'id' = $2))
           AND ($4::text IS NULL OR j.principal ->> 'id' = $4)
           AND ($5::text IS NULL OR j.number < (SELECT a.number FROM piecework.jobs a WHERE a.id = $5))
         ORDER BY j.number DESC LIMIT $3::int`,
        [
          resource?.kind ?? null,
          resource?.id ?? null,
          limit,
          requestedBy ?? null,
          after ?? null,
          String(making),
        ],
      )
      return rows.map((row) => jobOf(row.job))
    },
    submitted: (id) =>
      control.transaction(async (tx) => applyEvent(tx, await lockJob(tx, id), { type: 'submitted' })),
    cancel: (id, error) => cancel(control, id, { error }),
    withdraw: (id) => cancel(control, id, { also: (tx) => removeRequestKeys(tx, id) }),
    follow: (id, more) =>
      control.transaction(async (tx) => {
        const { job } = await lockJob(tx, id)
        const followed = withFollowUps(job, more)
        if (followed === job) return job
        await assertStorable(tx, { request: followed.request })
        await tx.query(
          'UPDATE piecework.jobs SET request = $2::jsonb, revision = revision + 1 WHERE id = $1',
          [id, jsonText(followed.request)],
        )
        return followed
      }),
  }
}

async function cancel(
  control: Database,
  id: string,
  {
    error,
    also,
  }: { readonly error?: JobError | undefined; readonly also?: (tx: Queryable) => Promise<void> },
): Promise<Job> {
  const event = (remaining: number): JobEvent => ({ type: 'cancelled', remaining, ...(error && { error }) })
  return (
    (await stopJob(control, id, canBeStopped, event, also)) ??
    control.transaction(async (tx) => (await lockJob(tx, id)).job)
  )
}

async function create(tx: Queryable, job: NewJob): Promise<Job> {
  const created = await insertJob(tx, job, 'pending')
  if (!created.throttled) await submitBatch(tx, job.id, 0)
  return created
}
