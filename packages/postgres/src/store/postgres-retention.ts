import {
  type Database,
  deletedResult,
  expiredResult,
  type Job,
  type Queryable,
  type Retention,
} from '@piecework/core/store'
import { json, lockJob } from './job-row.js'
import { jobOf } from './records.js'

export function postgresKeeping(control: Database): Retention {
  const jobs = async (db: Queryable, sql: string, values: readonly unknown[]): Promise<readonly Job[]> => {
    const { rows } = await db.query<{ job: string }>(sql, values)
    return rows.map(({ job }) => jobOf(job))
  }
  return {
    expired: (limit, leaseMs) =>
      jobs(
        control,
        `UPDATE piecework.jobs j SET kept_until = clock_timestamp() + $2::float8 * interval '1 millisecond'
         FROM (SELECT k.id FROM piecework.jobs k
           WHERE k.kept_until <= clock_timestamp()
             AND NOT EXISTS (SELECT FROM piecework.jobs u
               WHERE u.status NOT IN ('succeeded', 'failed', 'cancelled') AND u.reads @> to_jsonb(k.id))
           ORDER BY k.kept_until LIMIT $1::int FOR UPDATE SKIP LOCKED) found
         WHERE j.id = found.id RETURNING to_jsonb(j)::text AS job`,
        [limit, leaseMs],
      ),
    markDeleted: (id) =>
      control.transaction(async (tx) => {
        const { job, at } = await lockJob(tx, id)
        const result = deletedResult(job.result, at)
        await tx.query('UPDATE piecework.jobs SET result = $2::jsonb, kept_until = NULL WHERE id = $1', [
          id,
          json(result),
        ])
        await tx.query('DELETE FROM piecework.retriable WHERE job = $1', [id])
        await tx.query('DELETE FROM piecework.touched WHERE job = $1', [id])
        return { ...job, result }
      }),
    expire: (id) =>
      control.transaction(async (tx) => {
        const { job, at } = await lockJob(tx, id)
        const result = expiredResult(job.result, at)
        const { rowCount } = await tx.query(
          `UPDATE piecework.jobs SET result = $2::jsonb, kept_until = least(kept_until, $3::timestamptz)
           WHERE id = $1 AND kept_until IS NOT NULL`,
          [id, json(result), at],
        )
        return rowCount === 1 ? { ...job, result } : job
      }),
    list: ({ resource, after = '', limit }) =>
      jobs(
        control,
        `SELECT to_jsonb(j)::text AS job FROM piecework.jobs j
         WHERE j.kept_until IS NOT NULL AND j.id > $1
           AND ($2::text IS NULL
             OR j.id IN (SELECT job FROM piecework.job_resources r WHERE r.kind = $2 AND r.id = $3))
         ORDER BY j.id LIMIT $4::int`,
        [after, resource?.kind ?? null, resource?.id ?? null, limit],
      ),
    acquireTurn: async (name, everyMs) => {
      const { rowCount } = await control.query(
        `INSERT INTO piecework.turns AS t (name, at) VALUES ($1, clock_timestamp())
         ON CONFLICT (name) DO UPDATE SET at = excluded.at
           WHERE t.at <= excluded.at - $2::float8 * interval '1 millisecond'`,
        [name, everyMs],
      )
      return rowCount === 1
    },
  }
}
