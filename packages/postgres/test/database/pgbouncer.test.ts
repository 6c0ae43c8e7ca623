import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPiecework, memoryArtifacts, type ResourceKind } from '@piecework/core'
import { fromPg, postgresStore, tablePiece } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { type ScratchDatabase, scratchDatabase, skipUnless } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import { read } from './support.js'

/** Pools by transaction, with fewer connections than clients. */
const bouncer = process.env.PGBOUNCER_URL
const test = skipUnless(
  Boolean(bouncer && process.env.DATABASE_URL),
  'needs a pgbouncer in PGBOUNCER_URL before the server in DATABASE_URL',
  suite('through pgbouncer'),
)

let scratch: ScratchDatabase
let pool: pg.Pool
test.before(async () => {
  scratch = await scratchDatabase()
  const url = new URL(bouncer ?? '')
  url.pathname = new URL(scratch.url).pathname
  pool = new pg.Pool({ connectionString: url.href, max: 6 })
  pool.on('error', () => {})
})
test.after(async () => {
  await pool.end()
  await scratch.drop()
})

test('a cancel ends the statement, and pgbouncer lives', async () => {
  const db = fromPg(pool)
  for (let n = 0; n < 10; n++) {
    const controller = new AbortController()
    const sleeping = db.transaction(
      async (tx) => {
        setTimeout(() => controller.abort(new Error('enough')), 50)
        await tx.query('SELECT pg_sleep(600)')
      },
      { signal: controller.signal },
    )
    await assert.rejects(sleeping, /enough/)
    const copying = db.transaction(async (tx) => {
      for await (const _ of tx.copyOut('SELECT generate_series(1, 100000000)')) break
      return read(tx.copyOut('SELECT 1 AS a'))
    })
    assert.equal(await copying, 'a\n1\n')
  }
  const { rows } = await db.query(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep(600)%' AND state = 'active' AND pid <> pg_backend_pid()`,
  )
  assert.deepEqual(rows, [{ n: 0 }])
})

test('nothing that a transaction sets, makes or locks is there for the next client', async () => {
  const look = async () => {
    const { rows } =
      await pool.query(`SELECT current_setting('TimeZone') AS zone, current_setting('search_path') AS path,
      current_setting('row_security') AS policies, current_setting('statement_timeout') AS timeout,
      (SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory'
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS locks,
      (SELECT count(*)::int FROM pg_prepared_statements) AS prepared,
      (SELECT count(*)::int FROM pg_class WHERE relpersistence = 't') AS temporary`)
    return rows[0]
  }
  const before = await Promise.all([1, 2, 3, 4].map(look))
  await job()
  await sleep(50)
  assert.deepEqual(await Promise.all([1, 2, 3, 4].map(look)), before)
})

/** Export, import, clone, comparison and a claim, of rows that need temporary tables. */
async function job(): Promise<void> {
  await pool.query(`CREATE TABLE albums (id uuid PRIMARY KEY, name text, ready boolean NOT NULL);
    CREATE TABLE photos (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), album_id uuid REFERENCES albums ON DELETE CASCADE, n int, doc jsonb)`)
  const store = postgresStore({ database: fromPg(pool), control: fromPg(pool) })
  await store.migrate()
  const kind: ResourceKind = {
    kind: 'album',
    table: 'albums',
    describe: async ({ id }, db) =>
      (await db.query<{ name: string }>('SELECT name FROM albums WHERE id = $1 AND ready', [id])).rows[0],
    shell: {
      create: async ({ ref, name }, tx) =>
        void (await tx.query('INSERT INTO albums VALUES ($1, $2, false) ON CONFLICT DO NOTHING', [
          ref.id,
          name,
        ])),
      ready: async ({ id }, tx) =>
        void (await tx.query('UPDATE albums SET ready = true WHERE id = $1', [id])),
      remove: async ({ id }, tx) => void (await tx.query('DELETE FROM albums WHERE id = $1', [id])),
    },
  }
  const piece = tablePiece({
    name: 'album/photos',
    of: 'album',
    version: 1,
    tables: [
      {
        table: 'photos',
        owner: 'album_id',
        order: ['n'],
        json: { doc: [{ path: 'next', table: 'photos' }] },
      },
    ],
  })
  const piecework = createPiecework({
    packs: [{ name: 'p', kinds: [kind], pieces: [piece] }],
    store,
    artifacts: memoryArtifacts(),
    runtime: inProcess(),
  })
  await piecework.start()
  try {
    const resource = { kind: 'album', id: randomUUID() }
    const principal = { id: 'ann' }
    await pool.query('INSERT INTO albums VALUES ($1, $2, true)', [resource.id, 'x'])
    await pool.query('INSERT INTO photos (album_id, n) SELECT $1, generate_series(1, 1000)', [resource.id])
    const { job: exported } = await (await piecework.export({ resource, principal })).ended()
    const archive = { artifact: exported.result?.archive?.artifact ?? '' }
    const copies = await Promise.all(
      [1, 2, 3].map(async () => (await piecework.import({ archive, principal })).ended()),
    )
    const clone = await (await piecework.clone({ resource, principal })).ended()
    for (const { job: copy } of [...copies, clone]) {
      assert.equal(copy.outcome, 'succeeded', copy.error?.message)
      const target = copy.result?.resource
      assert.ok(target)
      assert.equal(
        (await piecework.diff({ resource, principal }, { resource: target, principal })).equal,
        true,
      )
    }
    const claim = await piecework.guard.claim([resource], { id: 'run', kind: 'solver' })
    await assert.rejects(piecework.export({ resource, principal }), /resource|busy|solver/)
    await claim.release()
  } finally {
    await piecework.stop()
  }
}

test.run()
