import type { Database, MeterReading, Meters } from '@piecework/core/store'
import { defaults } from '../defaults.js'
import { unwaited } from './unwaited.js'

export function postgresMeters(control: Database): Meters {
  return {
    take: async (principal, { requests, downloads, bytes }, limits) => {
      const { rows } = await control.query<{ taken: boolean; wait: number }>(
        `WITH clock AS MATERIALIZED (SELECT piecework.now() AS now, ${unwaited}), taken AS (
           INSERT INTO piecework.meters AS m (principal_id, minute, requests, downloads, bytes)
           SELECT $1, date_trunc('minute', now), $2::bigint, $3::bigint, $4::bigint FROM clock
           WHERE ($6::bigint IS NULL OR $2::bigint <= $6::bigint) AND ($5::bigint IS NULL OR $5::bigint > 0)
           ON CONFLICT (principal_id, minute) DO UPDATE SET requests = m.requests + excluded.requests,
             downloads = m.downloads + excluded.downloads, bytes = m.bytes + excluded.bytes
           WHERE ($5::bigint IS NULL OR m.bytes < $5::bigint)
             AND ($6::bigint IS NULL OR m.requests + excluded.requests <= $6::bigint)
           RETURNING 1
         )
         SELECT EXISTS (SELECT FROM taken) AS taken,
           ceil(extract(epoch FROM date_trunc('minute', now) + interval '1 minute' - now) * 1000)::int AS wait FROM clock`,
        [principal, requests, downloads, bytes, limits.bytes ?? null, limits.requests ?? null],
      )
      const [answer] = rows
      return answer && !answer.taken ? answer.wait : undefined
    },
    list: async ({ principal, from, to, after, limit = defaults.listedReadings }) => {
      const { rows } = await control.query<{ row: string }>(
        `SELECT to_jsonb(m)::text AS row FROM piecework.meters m
         WHERE ($1::text IS NULL OR m.principal_id = $1)
           AND ($2::timestamptz IS NULL OR m.minute >= $2::timestamptz)
           AND ($3::timestamptz IS NULL OR m.minute < $3::timestamptz)
           AND ($4::timestamptz IS NULL OR m.minute < $4::timestamptz
             OR (m.minute = $4::timestamptz AND m.principal_id > $5))
         ORDER BY m.minute DESC, m.principal_id LIMIT $6::int`,
        [principal ?? null, from ?? null, to ?? null, after?.minute ?? null, after?.principal ?? null, limit],
      )
      return rows.map(({ row }) => readingOf(JSON.parse(row) as Row))
    },
    sweep: async (before, limit) => {
      const { rowCount } = await control.query(
        `DELETE FROM piecework.meters m USING (
           SELECT principal_id, minute FROM piecework.meters WHERE minute < $1::timestamptz ORDER BY minute LIMIT $2::int
         ) old WHERE m.principal_id = old.principal_id AND m.minute = old.minute`,
        [before, limit],
      )
      return rowCount
    },
  }
}

interface Row {
  readonly principal_id: string
  readonly minute: string
  readonly requests: number
  readonly downloads: number
  readonly bytes: number
}

const readingOf = ({ principal_id, minute, requests, downloads, bytes }: Row): MeterReading => ({
  principal: principal_id,
  minute: new Date(minute),
  requests,
  downloads,
  bytes,
})
