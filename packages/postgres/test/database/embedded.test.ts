import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type EmbeddedDatabase, embedded } from '@piecework/embedded'
import { suite } from 'uvu'
import { refused, table } from './support.js'

const test = suite('embedded, by itself')

let db: EmbeddedDatabase
let folder: string
let cacheDir: string
const [dump, bundle] = ['pglite-0.5.8-postgis-0.2.8-wal-1.tar.gz', 'postgis-0.2.8-geometry.tar.gz']
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'piecework-'))
  cacheDir = join(folder, 'cache')
  await mkdir(cacheDir)
  for (const file of [dump, bundle]) await writeFile(join(cacheDir, file), randomBytes(100_000))
  db = await embedded({ cacheDir })
})
test.after(async () => {
  await db.close()
  await rm(folder, { recursive: true })
})

test('it has PostGIS', async () => {
  const { rows } = await db.query(
    `SELECT ST_AsText(ST_Transform('SRID=4326;POINT(0 0)'::geometry, 3857)) AS point`,
  )
  assert.deepEqual(rows, [{ point: 'POINT(0 0)' }])
})

test('a statement that takes long does not stop this thread', async () => {
  let ticks = 0
  const timer = setInterval(() => ticks++, 5)
  await db.query('SELECT count(*) FROM generate_series(1, 3000000)')
  clearInterval(timer)
  assert.ok(ticks > 5, `the timer ran ${ticks} times`)
})

test('a statement from outside an open transaction waits for it', async () => {
  const name = await table(db, 'a int')
  let outside: Promise<unknown> = Promise.resolve()
  const asking = sleep(30).then(() => {
    outside = db.query(`SELECT FROM ${name}`)
  })
  await db.transaction(async (tx) => {
    await sleep(80)
    await tx.query(`INSERT INTO ${name} VALUES (1)`)
  })
  await asking
  assert.equal(((await outside) as { rowCount: number }).rowCount, 1)
})

test('the database itself from inside its transaction is an error instead of a deadlock', async () => {
  await db.transaction(async () => {
    assert.equal((await refused(db.query('SELECT 1'))).code, 'unsupported')
    assert.equal((await refused(db.transaction(async () => {}))).code, 'unsupported')
  })
  let late: Promise<unknown> = Promise.resolve()
  await db.transaction(async () => {
    late = sleep(50).then(() => db.query('SELECT 1'))
  })
  await late
})

test('an abort while waiting for the turn rejects at once, and the next one gets it', async () => {
  const controller = new AbortController()
  const first = db.transaction(() => sleep(100))
  const second = db.transaction(async () => assert.fail('it started'), { signal: controller.signal })
  controller.abort(new Error('enough'))
  await assert.rejects(second, /enough/)
  await first
  assert.equal((await db.query('SELECT 1')).rowCount, 1)
})

test('a broken file in the cache is made anew, and nothing else is left there', async () => {
  assert.deepEqual((await readdir(cacheDir)).sort(), [dump, bundle])
  for (const file of [dump, bundle]) assert.ok((await readFile(join(cacheDir, file))).length > 1_000_000)
})

test('a folder keeps the database', async () => {
  const dataDir = join(folder, 'data')
  const first = await embedded({ dataDir, cacheDir })
  await first.query('CREATE TABLE kept AS SELECT 1 AS a')
  await first.close()
  const again = await embedded({ dataDir, cacheDir })
  assert.deepEqual((await again.query('SELECT a FROM kept')).rows, [{ a: 1 }])
  await again.close()
})

test('in memory PostGIS can be created anew, and none of its extensions', async () => {
  const { rows } = await db.query(
    `SELECT name::text, default_version AS version FROM pg_available_extensions WHERE name LIKE 'postgis%'`,
  )
  assert.deepEqual(rows, [{ name: 'postgis', version: '3.6.2' }])
})

// The last test: another start takes seconds.
test('closing ends what waits, and later statements are refused', async () => {
  const last = db.query('SELECT 1')
  await db.close()
  assert.equal((await last).rowCount, 1)
  const error = await refused(db.query('SELECT 1'))
  assert.deepEqual(
    [error.code, (error.cause as Error).message],
    ['database', 'The embedded database has been closed.'],
  )
  await db.close()
})

test.run()
