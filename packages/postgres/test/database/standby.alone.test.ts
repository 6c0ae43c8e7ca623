import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  createPiecework,
  isPieceworkError,
  type Job,
  type JobHandle,
  memoryArtifacts,
  type Piecework,
  type PieceworkError,
  type ResourceKind,
} from '@piecework/core'
import type { ArchiveRef, Piece } from '@piecework/core/piece'
import { checkTables, fromPg, postgresStore, tablePiece } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import {
  type PostgresServer,
  postgresPrograms,
  postgresServer,
  type StandbyServer,
  skipUnless,
} from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import { type MovingAddress, movingAddress } from './moving-address.js'

const programs = postgresPrograms(['initdb', 'pg_ctl', 'pg_basebackup'])
const test = skipUnless(
  programs !== undefined,
  'needs the programs of a PostgreSQL server, with pg_basebackup',
  suite('a standby'),
)

const principal = { id: 'ann' }
const rowsOfAlbum = 5000
const kind: ResourceKind = {
  kind: 'album',
  table: 'albums',
  describe: async ({ id }, db) =>
    (await db.query<{ name: string }>('SELECT name FROM albums WHERE id = $1 AND ready', [id])).rows[0],
  shell: {
    create: async ({ ref, name }, tx) =>
      void (await tx.query('INSERT INTO albums VALUES ($1, $2, false)', [ref.id, name ?? ''])),
    ready: async ({ id }, tx) => void (await tx.query('UPDATE albums SET ready = true WHERE id = $1', [id])),
    remove: async ({ id }, tx) => void (await tx.query('DELETE FROM albums WHERE id = $1', [id])),
  },
}

type At = 'export' | 'import' | 'clone'

/** Runs once: after the piece has read or written, before its attempt commits. */
let atWork: { readonly at: At; readonly run: () => Promise<void> } | undefined
async function interrupted<T>(at: At, work: Promise<T>): Promise<T> {
  const done = await work
  if (atWork?.at === at) {
    const { run } = atWork
    atWork = undefined
    await run()
  }
  return done
}

const photos = tablePiece({
  name: 'album/photos',
  of: 'album',
  version: 1,
  tables: [{ table: 'photos', owner: 'album_id', order: ['n'] }],
})
const { exporter, importer, cloner } = photos
assert.ok(exporter && importer && cloner)
const piece: Piece = {
  ...photos,
  exporter: { ...exporter, export: (context) => interrupted('export', exporter.export(context)) },
  importer: { ...importer, import: (context) => interrupted('import', importer.import(context)) },
  cloner: { ...cloner, clone: (context) => interrupted('clone', cloner.clone(context)) },
}

let primary: PostgresServer
let standby: StandbyServer
let address: MovingAddress
let pool: pg.Pool
let piecework: Piecework
const retired: PostgresServer[] = []

/** `remote_apply`: nothing is committed for a client before the standby has it. */
async function follow(server: PostgresServer): Promise<StandbyServer> {
  const follower = await server.standby()
  await asAdmin(
    server.url,
    `ALTER SYSTEM SET synchronous_standby_names = '*'`,
    `ALTER SYSTEM SET synchronous_commit = 'remote_apply'`,
    'SELECT pg_reload_conf()',
  )
  return follower
}

async function asAdmin(url: string, ...statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  for (const statement of statements) await client.query(statement)
  await client.end()
}

/** The primary dies, the standby takes its place, and its address, and gets a standby of its own. */
async function failOver(): Promise<void> {
  await primary.end('immediate')
  await standby.promote()
  address.moveTo(standby.url)
  retired.push(primary)
  primary = standby
}

function pieceworkOn(database: pg.Pool, control?: pg.Pool): Piecework {
  const store = postgresStore({
    database: fromPg(database),
    ...(control && { control: fromPg(control) }),
    leaseMs: 2000,
  })
  return createPiecework({
    packs: [{ name: 'albums', kinds: [kind], pieces: [piece] }],
    store,
    artifacts: memoryArtifacts(),
    runtime: inProcess(),
  })
}

test.before(async () => {
  assert.ok(programs)
  primary = await postgresServer({ programs })
  address = await movingAddress(primary.url)
  pool = new pg.Pool({ connectionString: address.through(primary.url), max: 8 })
  pool.on('error', () => {})
  await postgresStore({ database: fromPg(pool) }).migrate()
  await pool.query('CREATE TABLE albums (id uuid PRIMARY KEY, name text, ready boolean DEFAULT true)')
  await pool.query(
    'CREATE TABLE photos (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), album_id uuid REFERENCES albums, n int, title text)',
  )
  standby = await follow(primary)
  piecework = pieceworkOn(pool)
  // While the primary is away, sweeps and heartbeats fail: that is told, and no warning.
  piecework.events.on('error', () => {})
})
test.after(async () => {
  await piecework?.stop()
  await pool?.end()
  await address?.close()
  await standby?.remove()
  for (const server of [primary, ...retired]) await server?.remove()
})

async function album(): Promise<string> {
  const id = randomUUID()
  await pool.query('INSERT INTO albums VALUES ($1, $2)', [id, 'Album'])
  await pool.query(
    `INSERT INTO photos (album_id, n, title) SELECT $1, n, 'photo ' || n FROM generate_series(1, ${rowsOfAlbum}) n`,
    [id],
  )
  return id
}

const photosOf = async (id: string | undefined): Promise<unknown> =>
  (
    await pool.query(
      `SELECT count(*)::int AS n, md5(string_agg(n || title, ' ' ORDER BY n)) AS titles FROM photos WHERE album_id = $1`,
      [id],
    )
  ).rows[0]

/** While no server has the address, whoever waits for a job is told so, and asks again. */
async function endOf(handle: JobHandle): Promise<Job> {
  for (;;) {
    try {
      return (await handle.ended()).job
    } catch (error) {
      if (!isPieceworkError(error, 'database') || !error.retryable) throw error
      await sleep(100)
    }
  }
}

const isReplica = (error: unknown): boolean => {
  assert.ok(isPieceworkError(error, 'database'), String(error))
  assert.match(error.message, /^The database is a replica, which takes no writes: connect to the primary/)
  assert.equal(error.facts.replica, true)
  return true
}

test('it is refused by name: by migrations, at the start, for each request, and for data alone', async () => {
  const replica = new pg.Pool({ connectionString: standby.url, max: 2 })
  const ref = { kind: 'album', id: await album() }
  const began = Date.now()
  try {
    await assert.rejects(postgresStore({ database: fromPg(replica) }).migrate(), isReplica)
    const lost = pieceworkOn(replica)
    await assert.rejects(lost.start(), isReplica)
    await assert.rejects(lost.export({ resource: ref, principal }), isReplica)
    await lost.stop()
    // An attempt commits where its data is.
    const split = pieceworkOn(replica, pool)
    await assert.rejects(split.export({ resource: ref, principal }), isReplica)
    await assert.rejects(checkTables(fromPg(replica), [piece]), (error: PieceworkError) => {
      assert.equal(error.code, 'registry-invalid')
      assert.deepEqual(
        error.findings.map(({ code, severity, message }) => [code, severity, message]),
        [['database/read-only', 'error', 'The database is a replica, which takes no writes.']],
      )
      return true
    })
    assert.ok(Date.now() - began < 5000, 'it took longer than a refusal does')
  } finally {
    await replica.end()
  }
})

test('one truth: a job goes on at the standby that has taken the place of its primary, and nothing is lost or double', async () => {
  await piecework.start()
  const id = await album()
  const whole = { n: rowsOfAlbum, titles: ((await photosOf(id)) as { titles: string }).titles }
  let archive: ArchiveRef | undefined
  for (const at of ['export', 'import', 'clone'] as const) {
    let moved = false
    atWork = {
      at,
      run: async () => {
        await failOver()
        moved = true
      },
    }
    const resource = { kind: 'album', id }
    const handle =
      at === 'export'
        ? await piecework.export({ resource, principal })
        : at === 'clone'
          ? await piecework.clone({ resource, principal })
          : await piecework.import({ archive: { artifact: archive?.artifact ?? '' }, principal })
    const job = await endOf(handle)
    assert.ok(moved, `${at}: the primary has not died`)
    assert.equal(job.outcome, 'succeeded', `${at}: ${job.error?.code} ${job.error?.message}`)
    archive ??= job.result?.archive
    if (at !== 'export') assert.deepEqual(await photosOf(job.result?.resource?.id), whole, at)
    standby = await follow(primary)
  }
  // Whole rows of the source and of both copies, and no claim is left.
  const { rows } = await pool.query(
    'SELECT (SELECT count(*) FROM albums WHERE NOT ready)::int AS hidden, (SELECT count(*) FROM piecework.holds)::int AS holds',
  )
  assert.deepEqual(rows, [{ hidden: 0, holds: 0 }])
  assert.deepEqual(await photosOf(id), whole)
})

test('what an asynchronous standby had not received is gone: a job that had succeeded is not there', async () => {
  const id = await album()
  await asAdmin(primary.url, `ALTER SYSTEM SET synchronous_standby_names = ''`, 'SELECT pg_reload_conf()')
  await asAdmin(standby.url, `ALTER SYSTEM SET primary_conninfo = ''`, 'SELECT pg_reload_conf()')
  const { rows } = await until(
    () => pool.query('SELECT count(*)::int AS n FROM pg_stat_replication'),
    ({ rows }) => rows[0].n === 0,
  )
  assert.deepEqual(rows, [{ n: 0 }])
  const handle = await piecework.export({ resource: { kind: 'album', id }, principal })
  assert.equal((await endOf(handle)).outcome, 'succeeded')
  await failOver()
  await assert.rejects(piecework.job(handle.id, { principal }), (error) =>
    isPieceworkError(error, 'job-not-found'),
  )
  // The process goes on with what is there.
  const next = await piecework.export({ resource: { kind: 'album', id }, principal })
  assert.equal((await endOf(next)).outcome, 'succeeded')
})

async function until<T>(look: () => Promise<T>, good: (seen: T) => boolean): Promise<T> {
  let seen = await look()
  for (let tries = 0; tries < 200 && !good(seen); tries++) {
    await sleep(50)
    seen = await look()
  }
  return seen
}

test.run()
