import type { Database, NewRecordEntry, Queryable, RecordEntry, Records } from '@piecework/core/store'
import { defaults } from '../defaults.js'
import { unwaited } from './unwaited.js'

/** Who has asked for what, and was given what. */
export function postgresRecords(control: Database): Records {
  return {
    add: (entry, tx = control) => addRecord(tx, entry),
    end: async (id, { outcome, bytes, code }) => {
      await control.query(
        `WITH commit AS MATERIALIZED (SELECT ${unwaited})
         UPDATE piecework.record SET outcome = $2, bytes = coalesce($3::bigint, bytes), code = coalesce($4, code)
         FROM commit WHERE id = $1::bigint`,
        [id, outcome, bytes ?? null, code ?? null],
      )
    },
    list: async ({ resource, principal, from, to, after, limit = defaults.listedRecords }) => {
      const { rows } = await control.query<{ entry: string }>(
        `SELECT to_jsonb(r)::text AS entry FROM piecework.record r
         WHERE ($1::text IS NULL OR (r.kind = $1 AND r.resource_id = $2))
           AND ($3::text IS NULL OR r.principal_id = $3)
           AND ($4::timestamptz IS NULL OR r.at >= $4::timestamptz)
           AND ($5::timestamptz IS NULL OR r.at < $5::timestamptz)
           AND ($6::bigint IS NULL OR r.id < $6::bigint)
         ORDER BY r.id DESC LIMIT $7::int`,
        [
          resource?.kind ?? null,
          resource?.id ?? null,
          principal ?? null,
          from ?? null,
          to ?? null,
          after ?? null,
          limit,
        ],
      )
      return rows.map(({ entry }) => entryOf(JSON.parse(entry) as Row))
    },
    sweep: async (before, limit) => {
      const { rowCount } = await control.query(
        `DELETE FROM piecework.record WHERE id IN (
           SELECT id FROM piecework.record WHERE at < $1::timestamptz ORDER BY at LIMIT $2::int)`,
        [before, limit],
      )
      return rowCount
    },
    eraseRecipient: async (recipient) => {
      const { rowCount } = await control.query(
        'UPDATE piecework.record SET recipient = NULL WHERE recipient = $1',
        [recipient],
      )
      return rowCount
    },
  }
}

/** What was refused or failed is bounded for each principal: the last of a minute counts the rest. */
export async function addRecord(tx: Queryable, entry: NewRecordEntry): Promise<string> {
  const { principal, action, outcome, resource, job, recipient, code, bytes, token } = entry
  const isBounded = (outcome === 'refused' || outcome === 'failed') && bytes === undefined
  const { rows } = await tx.query<{ id: string }>(
    `WITH recent AS MATERIALIZED (
       SELECT count(*) AS entries, max(id) AS last FROM piecework.record
       WHERE $11::boolean AND principal_id = $1 AND at > piecework.now() - interval '1 minute'
         AND outcome IN ('refused', 'failed') AND bytes IS NULL
     ), counted AS (
       UPDATE piecework.record r SET times = r.times + 1 FROM recent
       WHERE recent.entries >= $12::int AND r.id = recent.last RETURNING r.id
     ), added AS (
       INSERT INTO piecework.record
         (at, principal_id, action, outcome, kind, resource_id, job_id, recipient, code, bytes, token_id)
       SELECT piecework.now(), $1, $2, $3, $4, $5, $6, $7, $8, $9::bigint, $10 FROM recent
       WHERE recent.entries < $12::int RETURNING id
     )
     SELECT id::text AS id FROM counted UNION ALL SELECT id::text FROM added`,
    [
      principal,
      action,
      outcome,
      resource?.kind ?? null,
      resource?.id ?? null,
      job ?? null,
      recipient ?? null,
      code ?? null,
      bytes ?? null,
      token ?? null,
      String(isBounded),
      defaults.refusedPerMinute,
    ],
  )
  return rows[0]?.id ?? ''
}

type Row = Readonly<Record<string, string | number | null>>

function entryOf(row: Row): RecordEntry {
  const { kind, resource_id: id, job_id: job, recipient, code, bytes, times, token_id: token } = row
  return {
    id: String(row.id),
    at: new Date(String(row.at)),
    principal: String(row.principal_id),
    action: row.action as RecordEntry['action'],
    outcome: row.outcome as RecordEntry['outcome'],
    ...(kind !== null && id !== null && { resource: { kind: String(kind), id: String(id) } }),
    ...(job !== null && { job: String(job) }),
    ...(recipient !== null && { recipient: String(recipient) }),
    ...(code !== null && { code: code as NonNullable<RecordEntry['code']> }),
    ...(token !== null && { token: String(token) }),
    ...(bytes !== null && { bytes: Number(bytes) }),
    ...(Number(times) > 1 && { times: Number(times) }),
  }
}
