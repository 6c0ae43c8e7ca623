import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPiecework, memoryArtifacts, type Piecework, type ResourceKind } from '@piecework/core'
import { checkTables, fromPg, guardTriggers, postgresStore, tablePiece } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { needsServer, type ScratchDatabase, scratchDatabase } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'

const test = needsServer(suite('triggers of the guard'))
const odd = 'a/b:c é%'

const kind = (name: string, table: string): ResourceKind => ({
  kind: name,
  table,
  describe: async ({ id }, db) =>
    (await db.query<{ name: string }>(`SELECT name FROM ${table} WHERE id::text = $1`, [id])).rows[0],
  shell: {
    create: async ({ ref }, tx) =>
      void (await tx.query(`INSERT INTO ${table} (id, name) VALUES ($1, 'x') ON CONFLICT DO NOTHING`, [
        ref.id,
      ])),
    ready: async ({ id }, tx) =>
      void (await tx.query(`UPDATE ${table} SET name = 'ready' WHERE id = $1`, [id])),
    remove: async ({ id }, tx) => void (await tx.query(`DELETE FROM ${table} WHERE id = $1`, [id])),
  },
})
const piece = tablePiece({
  name: 'album/photos',
  of: 'album',
  version: 1,
  tables: [{ table: 'photos', owner: 'album_id', order: ['n'] }],
})

let scratch: ScratchDatabase
let pool: pg.Pool
let piecework: Piecework
const album = randomUUID()

test.before(async () => {
  scratch = await scratchDatabase()
  pool = new pg.Pool({ connectionString: scratch.url, max: 6 })
  await pool.query(`CREATE TABLE albums (id uuid PRIMARY KEY, name text);
    CREATE TABLE photos (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), album_id uuid REFERENCES albums ON DELETE CASCADE, n int);
    CREATE TABLE boards (id int PRIMARY KEY, name text); CREATE TABLE cards (board_id int, n int);
    CREATE TABLE books (id text PRIMARY KEY, name text); CREATE TABLE pages (book_id text, n int);
    CREATE SCHEMA app; CREATE TABLE app.chapters (id int PRIMARY KEY, book_id text, name text); CREATE TABLE app."Lines" ("chapterId" int, n int)`)
  const store = postgresStore({ database: fromPg(pool) })
  await store.migrate()
  const ddl = guardTriggers([
    { table: 'albums', path: [{ kind: 'album', column: 'id' }] },
    { table: 'photos', path: [{ kind: 'album', column: 'album_id' }] },
    { table: 'cards', path: [{ kind: 'board', column: 'board_id' }] },
    { table: 'pages', path: [{ kind: 'book', column: 'book_id' }] },
    {
      table: 'Lines',
      schema: 'app',
      path: [
        { kind: 'book', sql: '(SELECT c.book_id FROM app.chapters c WHERE c.id = $row."chapterId")' },
        { kind: 'chapter', column: 'chapterId' },
      ],
    },
  ])
  await pool.query(ddl)
  await pool.query(ddl)
  piecework = createPiecework({
    packs: [{ name: 'p', kinds: [kind('album', 'albums')], pieces: [piece] }],
    store,
    artifacts: memoryArtifacts(),
    runtime: inProcess(),
  })
  await piecework.start()
  await pool.query('INSERT INTO albums VALUES ($1, $2)', [album, 'one'])
  await pool.query('INSERT INTO photos (album_id, n) SELECT $1, generate_series(1, 3)', [album])
  await pool.query(`INSERT INTO app.chapters VALUES (1, $1, 'c'), (2, $1, 'd')`, [odd])
})
test.after(async () => {
  await piecework.stop()
  await pool.end()
  await scratch.drop()
})

const store = () => postgresStore({ database: fromPg(pool) })
const segment = (of: string, id: string) => `${encodeURIComponent(of)}:${encodeURIComponent(id)}`
const held = (path: string) =>
  new RegExp(`${path.replaceAll(/[.*+?^$()[\]]/g, '\\$&')} is held by solver \\(run-1\\)`)

const writers: readonly (readonly [
  what: string,
  path: string,
  statements: readonly string[],
  free: string,
])[] = [
  [
    'uuid',
    segment('album', album),
    [
      `INSERT INTO photos (album_id, n) VALUES ('${album}', 9)`,
      `UPDATE photos SET n = n WHERE album_id = '${album}'`,
      `UPDATE photos SET album_id = NULL WHERE album_id = '${album}'`,
      `DELETE FROM photos WHERE album_id = '${album}'`,
      `UPDATE albums SET name = 'z' WHERE id = '${album}'`,
      `DELETE FROM albums WHERE id = '${album}'`,
    ],
    'INSERT INTO photos (album_id, n) VALUES (NULL, 1)',
  ],
  ['integer', segment('board', '7'), ['INSERT INTO cards VALUES (7, 1)'], 'INSERT INTO cards VALUES (77, 1)'],
  [
    'text',
    segment('book', odd),
    [`INSERT INTO pages VALUES ('${odd}', 1)`],
    `INSERT INTO pages VALUES ('a', 1)`,
  ],
  [
    'child of a resource',
    `${segment('book', odd)}/${segment('chapter', '1')}`,
    ['INSERT INTO app."Lines" VALUES (1, 1)', 'INSERT INTO app."Lines" VALUES (2, 1), (1, 1)'],
    'INSERT INTO app."Lines" VALUES (2, 1)',
  ],
]

for (const [what, path, statements, free] of writers) {
  test(`exclusion: a writer beside the guard is refused while a claim overlaps, ids of type ${what}`, async () => {
    const claim = await store().guard.claim([path], { id: 'run-1', kind: 'solver' })
    for (const statement of statements) {
      await assert.rejects(pool.query(statement), (error: pg.DatabaseError) => {
        assert.match(error.message, held(path))
        assert.equal(error.code, '55006')
        return true
      })
    }
    await pool.query(free)
    const client = await pool.connect()
    await client.query(`BEGIN; SET LOCAL piecework.holder = 'run-1'; ${statements[0]}; ROLLBACK`)
    await assert.rejects(
      client.query(`BEGIN; SET LOCAL piecework.holder = 'run-2'; ${statements[0]}`),
      held(path),
    )
    await client.query('ROLLBACK')
    client.release()
    await claim.release()
    await pool.query(`BEGIN; ${statements[0]}; ROLLBACK`)
  })
}

test('exclusion: a claim of the parent refuses writers of its children', async () => {
  const claim = await store().guard.claim([segment('book', odd)], { id: 'run-1', kind: 'solver' })
  await assert.rejects(pool.query('INSERT INTO app."Lines" VALUES (2, 1)'), held(segment('book', odd)))
  await claim.release()
})

test('exclusion: a claim waits for a writer that came first', async () => {
  const client = await pool.connect()
  await client.query('BEGIN; INSERT INTO cards VALUES (7, 1)')
  let claimed = false
  const claiming = store()
    .guard.claim([segment('board', '7')], { id: 'run-1', kind: 'solver' })
    .then((claim) => {
      claimed = true
      return claim
    })
  await sleep(300)
  assert.equal(claimed, false)
  await client.query('COMMIT')
  client.release()
  await (await claiming).release()
})

test('exclusion: a writer that could not see a claim is refused', async () => {
  const client = await pool.connect()
  const writing = client.query('BEGIN ISOLATION LEVEL REPEATABLE READ; INSERT INTO cards VALUES (7, 1)')
  await assert.rejects(writing, /READ COMMITTED/)
  await client.query('ROLLBACK')
  client.release()
})

test('jobs write what they hold, and nothing else does meanwhile', async () => {
  assert.deepEqual(await checkTables(fromPg(pool), [piece]), [])
  const resource = { kind: 'album', id: album }
  const principal = { id: 'ann' }
  const { job } = await (await piecework.export({ resource, principal })).ended()
  const archive = { artifact: job.result?.archive?.artifact ?? '' }
  for (const asked of [piecework.import({ archive, principal }), piecework.clone({ resource, principal })]) {
    const { job: copy } = await (await asked).ended()
    assert.equal(copy.outcome, 'succeeded', copy.error?.message)
    await pool.query('DELETE FROM albums WHERE id = $1', [copy.result?.resource?.id])
  }
  const cancelled = await piecework.import({ archive, principal })
  await cancelled.cancel()
  await cancelled.ended()
  assert.equal((await pool.query('SELECT FROM albums')).rowCount, 1)
})

test('a table that is declared wrongly is refused by name', () => {
  assert.throws(() => guardTriggers([{ table: 'x', owner: 'y' } as never]), /owner/)
  assert.throws(() => guardTriggers([{ table: 'x' } as never]), /path/)
})

test.run()
