import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createPiecework, memoryArtifacts } from '@piecework/core'
import { fromPg, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { needsServer, scratchDatabase } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import type { Cloning } from './cloning-worker.js'
import { contentOf, hostInserts, sampleShelves, shelfTables, type World, wholePack } from './support.js'

const test = needsServer(suite('keys: processes'))
const leaseMs = 2000
let scratch: Awaited<ReturnType<typeof scratchDatabase>>
let pool: pg.Pool
let world: World

test.before(async () => {
  scratch = await scratchDatabase()
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
  const told: Cloning = { url: scratch.url, shelf, leaseMs, ...(dies && { dies }) }
  return fork(new URL('./cloning-worker.js', import.meta.url), [JSON.stringify(told)])
}

test('new ids: ten processes clone beside live inserts, and no two rows ever take one number', async () => {
  const shelves: string[] = []
  for (let n = 0; n < 5; n++) shelves.push(...(await sampleShelves(world, 40)))
  const [beside = ''] = await sampleShelves(world, 4)
  const before = new Map<string, unknown>()
  for (const shelf of shelves) before.set(shelf, await contentOf(world, shelf))
  const workers = shelves.map((shelf) => cloning(shelf))
  try {
    await Promise.all(workers.map((worker) => once(worker, 'message')))
    let running = true
    const inserts = (async () => {
      let count = 0
      for (; running || count < 20; count++) await hostInserts(world, beside)
      return count
    })()
    const ends = workers.map(async (worker) => {
      const told = once(worker, 'message')
      worker.send('go')
      return (await told)[0] as Told
    })
    const all = await Promise.all(ends)
    running = false
    assert.ok((await inserts) >= 20)
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
    const piecework = createPiecework({
      packs: [wholePack],
      store: postgresStore({ database: world.database, leaseMs }),
      artifacts: memoryArtifacts(),
      runtime: inProcess(),
      sweepMs: 100,
      backoffMs: 5,
      resubmitAfterMs: 500,
    })
    await piecework.start()
    try {
      const [job] = await piecework.jobs({ principal: { id: 'ann' }, resource: { kind: 'shelf', id: shelf } })
      let last = job
      for await (const update of piecework.watch(job?.id ?? '', { principal: { id: 'ann' } }))
        last = update.job
      assert.equal(last?.outcome, 'succeeded', JSON.stringify(last?.error))
      const copy = last?.result.resource?.id ?? ''
      assert.deepEqual(await contentOf(world, copy), before)
      await hostInserts(world, copy)
      assert.deepEqual(await world.query('SELECT FROM piecework.key_ranges'), [])
    } finally {
      await piecework.stop()
    }
  })
}

test.run()
