import {
  type Database,
  deletedResult,
  expiredResult,
  type Job,
  type Queryable,
  type Retention,
} from '@piecework/core/store'
import { jsonText } from './json-text.js'
import { lockJob } from './lock-job.js'
import { jobOf } from './records.js'

export function postgresRetention(control: Database): Retention {
  const jobs = async (db: Queryable, sql: string, values: readonly unknown[]): Promise<readonly Job[]> => {
    const { rows } = await db.query<{ job: string }>(sql, values)
    return rows.map(({ job }) => jobOf(job))
  }
  return {
    expired: (limit, leaseMs) =>
      jobs(
        control,
        `UPDATE piecework.jobs j SET retain_until = piecework.now() + $2::float8 * interval '1 millisecond'
         FROM (SELECT k.id FROM piecework.jobs k
           WHERE k.retain_until <= piecework.now() AND NOT k.open
             AND NOT EXISTS (SELECT FROM piecework.jobs u
               WHERE NOT u.terminal AND u.reads @> to_jsonb(k.id))
           ORDER BY k.retain_until LIMIT $1::int FOR UPDATE SKIP LOCKED) found
         WHERE j.id = found.id RETURNING to_jsonb(j)::text AS job`,
        [limit, leaseMs],
      ),
    markDeleted: (id) =>
      control.transaction(async (tx) => {
        const { job, at } = await lockJob(tx, id)
        const result = deletedResult(job.result, at)
        await tx.query(
          'UPDATE piecework.jobs SET result = $2::jsonb, retain_until = NULL, revision = revision + 1 WHERE id = $1',
          [id, jsonText(result)],
        )
        await tx.query('DELETE FROM piecework.retry_claims WHERE job_id = $1', [id])
        await tx.query('DELETE FROM piecework.retry_invalidations WHERE job_id = $1', [id])
        return { ...job, result }
      }),
    expire: (id) =>
      control.transaction(async (tx) => {
        const { job, at } = await lockJob(tx, id)
        const result = expiredResult(job.result, at)
        const { rowCount } = await tx.query(
          `UPDATE piecework.jobs SET result = $2::jsonb, revision = revision + 1, retain_until = least(retain_until, $3::timestamptz)
           WHERE id = $1 AND retain_until IS NOT NULL`,
          [id, jsonText(result), at],
        )
        return rowCount === 1 ? { ...job, result } : job
      }),
    list: ({ resource, after = '', limit }) =>
      jobs(
        control,
        `SELECT to_jsonb(j)::text AS job FROM piecework.jobs j
         WHERE j.retain_until IS NOT NULL AND j.id > $1
           AND ($2::text IS NULL
             OR j.id IN (SELECT job_id FROM piecework.job_resources r WHERE r.kind = $2 AND r.id = $3))
         ORDER BY j.id LIMIT $4::int`,
        [after, resource?.kind ?? null, resource?.id ?? null, limit],
      ),
    acquireTurn: async (name, everyMs) => {
      const { rowCount } = await control.query(
        `INSERT INTO piecework.periodic_tasks AS t (name, started_at) VALUES ($1, piecework.now())
         ON CONFLICT (name) DO UPDATE SET started_at = excluded.started_at
           WHERE t.started_at <= excluded.started_at - $2::float8 * interval '1 millisecond'`,
        [name, everyMs],
      )
      return rowCount === 1
    },
  }
}
