import { randomUUID } from 'node:crypto'
import { fromPg } from '@piecework/postgres'
import { needsServer, type ScratchDatabase, scratchDatabase } from '@piecework/test-support'
import { pieceLaws } from '@piecework/testkit'
import pg from 'pg'
import { suite } from 'uvu'
import { numberedKind } from '../named-kind.js'
import { siteRows } from './pieces.js'
import { analyticsTables } from './schema.js'

const test = needsServer(suite('hosts: analytics without any foreign key'))
let scratch: ScratchDatabase
let pool: pg.Pool

test.before(async () => {
  scratch = await scratchDatabase()
  pool = new pg.Pool({ connectionString: scratch.url, max: 4 })
  await pool.query(analyticsTables)
})
test.after(async () => {
  await pool.end()
  await scratch.drop()
})

pieceLaws(test, {
  piece: siteRows,
  kind: numberedKind('site', 'sites'),
  database: () => fromPg(pool),
  sample: async (db) => {
    const { rows } = await db.query<{ id: number }>(
      `INSERT INTO sites (name) VALUES ('A "site"') RETURNING id`,
    )
    const id = rows[0]?.id ?? 0
    const sessions = [randomUUID(), randomUUID()]
    for (const [at, session] of sessions.entries())
      await db.query('INSERT INTO sessions VALUES ($1, $2, $3, $4)', [
        session,
        id,
        at === 0 ? null : 'firefox',
        `2026-01-0${at + 1}`,
      ])
    await db.query(
      `WITH seen AS (INSERT INTO events (site_id, session_id, at, url_path)
         SELECT $1, ($2::uuid[])[1 + n % 2], timestamptz '2026-02-01' + n * interval '1 hour', '/page/' || n FROM generate_series(1, 40) n RETURNING event_id)
       INSERT INTO event_data SELECT event_id, key, 1.5000, '' FROM seen CROSS JOIN unnest(ARRAY['price', 'tag']) key`,
      [id, sessions],
    )
    await db.query(
      `INSERT INTO reports VALUES ($1, $2, 'funnel', jsonb_build_object('websiteId', $2::int, 'sessions', $3::text[]))`,
      [randomUUID(), id, sessions],
    )
    return { resource: { kind: 'site', id: String(id) }, ids: { site: 'sites' } }
  },
  content: async ({ id }, db) => {
    const all = async (sql: string) => (await db.query(sql, [id])).rows
    return {
      site: await all('SELECT name FROM sites WHERE id = $1'),
      sessions: await all(
        'SELECT session_id, browser, started_at::text AS at FROM sessions WHERE site_id = $1 ORDER BY started_at',
      ),
      events: await all(
        'SELECT session_id, at::text AS at, url_path FROM events WHERE site_id = $1 ORDER BY at',
      ),
      data: await all(
        `SELECT e.url_path, d.data_key, d.number_value::text AS n, d.text_value FROM event_data d JOIN events e ON e.event_id = d.event_id
         WHERE e.site_id = $1 ORDER BY e.at, d.data_key`,
      ),
      reports: await all(
        `SELECT title, (parameters ->> 'websiteId')::int AS site, parameters -> 'sessions' AS sessions FROM reports WHERE site_id = $1`,
      ),
    }
  },
})
test.run()
