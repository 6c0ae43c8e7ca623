import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPiecework, memoryArtifacts, type Pack } from '@piecework/core'
import { fromPg, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { needsServer, scratchDatabase, storeTemplate } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import type { Cloning } from './cloning-worker.js'
import {
  contentOf,
  hostInserts,
  sampleShelves,
  shelfTables,
  slugPack,
  slugTable,
  type World,
  wholePack,
} from './support.js'

const test = needsServer(suite('keys: processes'))
const leaseMs = 2000
/** Where no process dies: one that a busy machine keeps waiting must not lose its work to another, again and again. */
const longLeaseMs = 120_000
let scratch: Awaited<ReturnType<typeof scratchDatabase>>
let pool: pg.Pool
let world: World

test.before(async () => {
  scratch = await scratchDatabase({ template: storeTemplate })
  pool = new pg.Pool({ connectionString: scratch.url, max: 3 })
  pool.on('error', () => {})
  const database = fromPg(pool)
  await postgresStore({ database }).migrate()
  await pool.query(shelfTables)
  world = {
    database,
    query: async <Row extends object>(sql: string, values?: readonly unknown[]) =>
      (await database.query<Row>(sql, values)).rows,
    close: async () => {},
  }
})
test.after(async () => {
  await pool.end()
  await scratch.drop()
})

interface Told {
  readonly outcome: string
  readonly id: string
  readonly error: unknown
}

const cloning = (shelf: string, dies?: Cloning['dies']): ChildProcess => {
  const told: Cloning = { url: scratch.url, shelf, leaseMs: longLeaseMs, ...(dies && { dies, leaseMs }) }
  return fork(new URL('./cloning-worker.js', import.meta.url), [JSON.stringify(told)])
}

const liveRows = 1000
const livePerSecond = 5000
/** A busy machine is slow to clone: the inserts that clones wait for must not make it slower for ever. */
const mostLive = 30_000

/** Inserts rows from the sequences that clones draw from, up to so many a second, until they are done or it was enough. Resolves to how many, and in how long. */
async function insertLive(shelf: string, isDone: () => boolean) {
  const started = performance.now()
  let rows = 0
  do {
    await world.query(
      `WITH numbers AS MATERIALIZED (SELECT nextval('common_seq') AS id FROM generate_series(1, 2 * $2::int)),
      marked AS (INSERT INTO tags (id, shelf_id) SELECT id, $1 FROM numbers OFFSET $2),
      named AS (INSERT INTO labels (id, shelf_id) SELECT id, $1 FROM numbers LIMIT $2),
      sold AS (INSERT INTO tickets (shelf_id) SELECT $1 FROM generate_series(1, $2))
      INSERT INTO books (shelf_id, title) SELECT $1, 'live' FROM generate_series(1, $2)`,
      [shelf, liveRows / 4],
    )
    rows += liveRows
    const early = (rows / livePerSecond) * 1000 - (performance.now() - started)
    if (early > 0) await sleep(early)
  } while (!isDone() && rows < mostLive)
  return { rows, seconds: (performance.now() - started) / 1000 }
}

test('new ids: ten processes clone beside 5,000 live inserts a second, and no two rows ever take one number', async () => {
  const shelves: string[] = []
  for (let n = 0; n < 5; n++) shelves.push(...(await sampleShelves(world, 40)))
  const [beside = ''] = await sampleShelves(world, 4)
  const before = new Map<string, unknown>()
  for (const shelf of shelves) before.set(shelf, await contentOf(world, shelf))
  const workers = shelves.map((shelf) => cloning(shelf))
  try {
    await Promise.all(workers.map((worker) => once(worker, 'message')))
    let running = true
    const inserts = insertLive(beside, () => !running)
    const ends = workers.map(async (worker) => {
      const told = once(worker, 'message')
      worker.send('go')
      return (await told)[0] as Told
    })
    const all = await Promise.all(ends)
    running = false
    const live = await inserts
    console.log(`${live.rows} live inserts, ${Math.round(live.rows / live.seconds)} a second`)
    const [kept] = await world.query(`SELECT count(*)::int AS books FROM books WHERE title = 'live'`)
    assert.deepEqual(kept, { books: live.rows / 4 })
    for (const [at, { outcome, id, error }] of all.entries()) {
      assert.equal(outcome, 'succeeded', JSON.stringify(error))
      assert.deepEqual(await contentOf(world, id), before.get(shelves[at] ?? ''))
      await hostInserts(world, id)
    }
  } finally {
    for (const worker of workers) worker.kill('SIGKILL')
  }
})

for (const [dies, when] of [
  ['reserving', 'before what it has reserved is committed'],
  ['reserved', 'before what it has reserved is used'],
] as const) {
  test(`one truth: a process that dies ${when} leaves a job that another one ends`, async () => {
    const [shelf] = await sampleShelves(world, 10)
    const before = await contentOf(world, shelf)
    const worker = cloning(shelf, dies)
    await once(worker, 'message')
    const ended = once(worker, 'exit')
    worker.send('go')
    assert.deepEqual(await ended, [null, 'SIGKILL'])
    const { copy } = await endedByAnother(shelf, wholePack)
    assert.deepEqual(await contentOf(world, copy), before)
    await hostInserts(world, copy)
    assert.deepEqual(await world.query('SELECT FROM piecework.key_ranges'), [])
  })
}

/** Another process ends the job of the one that has died. */
async function endedByAnother(shelf: string, pack: Pack) {
  const piecework = createPiecework({
    packs: [pack],
    store: postgresStore({ database: world.database, leaseMs }),
    artifacts: memoryArtifacts(),
    runtime: inProcess(),
    sweepMs: 100,
    backoffMs: 5,
    resubmitAfterMs: 500,
  })
  const principal = { id: 'ann' }
  await piecework.start()
  try {
    const [job] = await piecework.jobs({ principal, resource: { kind: 'shelf', id: shelf } })
    let last = job
    for await (const update of piecework.watch(job?.id ?? '', { principal })) last = update.job
    assert.equal(last?.outcome, 'succeeded', JSON.stringify(last?.error))
    const { findings } = await piecework.job(job?.id ?? '', { principal })
    return { copy: last?.result.resource?.id ?? '', findings }
  } finally {
    await piecework.stop()
  }
}

test('one truth: what is decided of taken values is the same in the attempt after a process has died, and told once', async () => {
  await pool.query(slugTable)
  const [shelf] = await sampleShelves(world, 2)
  await pool.query(
    `INSERT INTO slugs (shelf_id, n, slug) VALUES ($1, 1, 'wren'), ($1, 2, NULL), ($1, 3, 'owl')`,
    [shelf],
  )
  const worker = fork(new URL('./cloning-worker.js', import.meta.url), [
    JSON.stringify({ url: scratch.url, shelf, leaseMs, slugs: true } satisfies Cloning),
  ])
  await once(worker, 'message')
  const holder = await pool.connect()
  try {
    await holder.query('SELECT pg_advisory_lock(6, 0)')
    worker.send('go')
    const decided = await heldSlugs()
    const ended = once(worker, 'exit')
    worker.kill('SIGKILL')
    await ended
    await holder.query('SELECT pg_advisory_unlock(6, 0)')
    const { copy, findings } = await endedByAnother(shelf, slugPack)
    const rows = await world.query<{ slug: string | null; hash: string }>(
      'SELECT slug, hashtext(slug)::bigint & 4294967295 AS hash FROM slugs WHERE shelf_id = $1 ORDER BY n',
      [copy],
    )
    assert.match(rows.map(({ slug }) => slug).join(' '), /^wren-[0-9a-f]{8} {2}owl-[0-9a-f]{8}$/)
    const written = rows.flatMap(({ slug, hash }) => (slug === null ? [] : [String(hash)]))
    assert.deepEqual(written.sort(), decided)
    const told = findings.map(({ code, column, count }) => [code, column, count])
    assert.deepEqual(told, [['table/unique-taken', 'slug', 2]])
  } finally {
    holder.release()
    worker.kill('SIGKILL')
  }
})

/** What a statement is about to write that waits: hashes of its texts. */
async function heldSlugs(): Promise<readonly string[]> {
  for (;;) {
    const rows = await world.query<{ hash: string; waits: boolean }>(
      `SELECT objid::bigint::text AS hash, EXISTS (SELECT FROM pg_locks w WHERE w.pid = l.pid AND NOT w.granted) AS waits
       FROM pg_locks l WHERE l.locktype = 'advisory' AND l.classid = 5 AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    )
    if (rows.some(({ waits }) => waits)) return rows.map(({ hash }) => hash).sort()
    await sleep(20)
  }
}

test.run()
