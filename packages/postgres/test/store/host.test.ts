import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { fromKnex, fromPg, type PostgresStore, postgresStore } from '@piecework/postgres'
import { needsServer, type ScratchDatabase, scratchDatabase } from '@piecework/test-support'
import knexOf, { type Knex } from 'knex'
import pg from 'pg'
import { suite } from 'uvu'
import { refused } from '../database/support.js'
import { exportJob } from './sample.js'

const test = needsServer(suite('a store beside its host'))

let scratch: ScratchDatabase
let knex: Knex
let pools: pg.Pool[]
let store: PostgresStore

test.before(async () => {
  scratch = await scratchDatabase()
  // The host's own settings must not show in what the store reads.
  const connection = { connectionString: scratch.url, options: '-c TimeZone=Asia/Tokyo -c DateStyle=German' }
  knex = knexOf({ client: 'pg', connection, pool: { min: 0, max: 4 } })
  store = postgresStore({ database: fromKnex(knex) })
  await store.migrate()
  await store.migrate()
  await knex.schema.createTable('notes', (t) => t.text('note'))
  // As many processes have: each its own pool.
  pools = Array.from({ length: 4 }, () => new pg.Pool({ connectionString: scratch.url, max: 5 }))
})
test.after(async () => {
  await Promise.all(pools.map((pool) => pool.end()))
  await knex.destroy()
  await scratch.drop()
})

const left = async (job: string): Promise<number> => {
  const tables = ['nodes', 'batches', 'job_resources', 'holds']
  const counts = tables.map((table) => knex(`piecework.${table}`).where({ job_id: job }).count({ n: '*' }))
  return (await Promise.all(counts)).reduce((sum, [row]) => sum + Number(row?.n), 0)
}

test("one truth: a job of a host's knex transaction that rolls back was never there", async () => {
  const job = exportJob()
  const before = (await store.outbox.pending(1000)).length
  const back = knex.transaction(async (trx) => {
    await trx('notes').insert({ note: 'asked for an export' })
    await store.jobs.create(job, fromKnex(trx))
    assert.equal(await store.jobs.get(job.id), undefined)
    throw new Error('the host changed its mind')
  })
  await assert.rejects(back, /changed its mind/)
  assert.equal(await store.jobs.get(job.id), undefined)
  assert.deepEqual([await left(job.id), (await store.outbox.pending(1000)).length], [0, before])
  assert.equal((await knex('notes')).length, 0)
})

test("one truth: a job of a host's knex transaction commits with it, its times as they were", async () => {
  const job = exportJob()
  const asked = new Date()
  const created = await knex.transaction(async (trx) => {
    await trx('notes').insert({ note: 'asked for an export' })
    return store.jobs.create(job, fromKnex(trx))
  })
  assert.deepEqual(await store.jobs.get(job.id), created)
  assert.ok(Math.abs(created.createdAt.getTime() - asked.getTime()) < 60_000)
  assert.equal((await knex('notes')).length, 1)
})

test('exclusion: a refused job leaves the transaction of the host usable', async () => {
  const project = randomUUID()
  await store.jobs.create(exportJob(project))
  const second = exportJob(project)
  await knex.transaction(async (trx) => {
    assert.equal((await refused(store.jobs.create(second, fromKnex(trx)))).code, 'resource-busy')
    await trx('notes').insert({ note: 'refused' })
  })
  assert.equal((await knex('notes').where({ note: 'refused' })).length, 1)
  assert.equal(await left(second.id), 0)
})

test('exclusion: of requests that race over many connections of many processes one is admitted', async () => {
  const stores = pools.map((pool) => postgresStore({ database: fromPg(pool) }))
  const project = randomUUID()
  const paths = [`project:${project}`, `project:${project}/scenario:1`, `project:${project}/scenario:1/run:2`]
  const races = Array.from({ length: 200 }, (_, n) => {
    const job = { ...exportJob(project), claims: [paths[n % 2 === 0 ? 0 : n % 3] ?? ''] }
    return (stores[n % stores.length] ?? store).jobs.create(job)
  })
  const outcomes = await Promise.allSettled(races)
  const admitted = outcomes.filter(({ status }) => status === 'fulfilled')
  const codes = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'admitted'))
  assert.deepEqual([...new Set(codes)].sort(), ['admitted', 'resource-busy'])
  const held = await knex('piecework.holds').where({ root: `project:${project}` })
  for (const a of held) {
    for (const b of held)
      assert.ok(a === b || !`${a.path}/`.startsWith(`${b.path}/`), `${a.path} and ${b.path} are held`)
  }
  assert.equal(held.length, admitted.length)
})

test("exclusion: an edit in a host's transaction keeps jobs out until it commits, and lets other edits in", async () => {
  const project = randomUUID()
  const path = `project:${project}`
  let creating: Promise<unknown> = Promise.resolve()
  let committed = false
  await knex.transaction(async (trx) => {
    await store.guard.edit(`${path}/scenario:1`, (hold) => hold.check(), { tx: fromKnex(trx) })
    await store.guard.edit(path, async () => {})
    creating = store.jobs
      .create(exportJob(project))
      .then(() => assert.ok(committed, 'the job came in during the edit'))
    creating.catch(() => {})
    await sleep(50)
    await trx('notes').insert({ note: 'edited' })
    committed = true
  })
  await creating
  const late = knex.transaction((trx) => store.guard.edit(path, async () => {}, { tx: fromKnex(trx) }))
  assert.equal((await refused(late)).code, 'resource-busy')
})

test('exclusion: a transaction that could not see the claims of others is refused', async () => {
  const deep = knex.transaction((trx) => store.jobs.create(exportJob(), fromKnex(trx)), {
    isolationLevel: 'repeatable read',
  })
  assert.equal((await refused(deep)).code, 'unsupported')
})

test('ids and names from outside are never SQL', async () => {
  const odd = `x'; DROP TABLE piecework.jobs; --"\\ %_`
  const job = { ...exportJob(), id: odd, claims: [`project:${odd}`] }
  assert.equal((await store.jobs.create(job)).id, odd)
  assert.equal((await refused(store.jobs.create({ ...job, claims: [] }))).code, 'internal')
  assert.equal((await store.jobs.cancel(odd)).status, 'ending')
})

test.run()
