import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import {
  type ArtifactStore,
  createPiecework,
  type Guard,
  type Job,
  memoryArtifacts,
  type Pack,
} from '@piecework/core'
import { fromKnex, fromPg, type PostgresStore, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { needsServer, type ScratchDatabase, scratchDatabase } from '@piecework/testkit'
import knexOf, { type Knex } from 'knex'
import pg from 'pg'
import { suite } from 'uvu'
import { exportJob } from './sample.js'

const test = needsServer(suite('what jobs leave, on a server'))

let scratch: ScratchDatabase
let knex: Knex
let pools: pg.Pool[]
let store: PostgresStore

test.before(async () => {
  scratch = await scratchDatabase()
  const connection = { connectionString: scratch.url, options: '-c TimeZone=Asia/Tokyo -c DateStyle=German' }
  knex = knexOf({ client: 'pg', connection, pool: { min: 0, max: 4 } })
  store = postgresStore({ database: fromKnex(knex) })
  await store.migrate()
  pools = Array.from({ length: 10 }, () => new pg.Pool({ connectionString: scratch.url, max: 2 }))
})
test.after(async () => {
  await Promise.all(pools.map((pool) => pool.end()))
  await knex.destroy()
  await scratch.drop()
})

/** A failed export of a project, with something to reuse. */
async function failed(project: string): Promise<Job> {
  const job = exportJob(project)
  await store.jobs.create(job)
  await store.jobs.cancel(job.id)
  const lease = await store.attempts.begin({ job: job.id, node: 'finish', attempt: 1 }, 'worker')
  assert.ok(lease)
  const retryUntil = new Date(Date.now() + 60_000)
  const end = await store.attempts.run(lease, async () => ({ result: { retryUntil } }))
  assert.deepEqual(await store.jobs.get(job.id), end)
  assert.deepEqual(end.result.retryUntil, retryUntil)
  return end
}

const nothing: Parameters<Guard['edit']>[1] = async () => {}

test("law 7: an edit in a host's transaction is remembered with its commit, and forgotten with its rollback", async () => {
  const project = randomUUID()
  const { id } = await failed(project)
  const edited = (end: 'commit' | 'rollback') =>
    knex.transaction(async (trx) => {
      await store.guard.edit(`project:${project}/scenario:1`, nothing, { tx: fromKnex(trx) })
      assert.equal(await store.reports.untouched(id), true)
      if (end === 'rollback') throw new Error('the host changed its mind')
    })
  await assert.rejects(edited('rollback'), /changed its mind/)
  assert.equal(await store.reports.untouched(id), true)
  await edited('commit')
  assert.equal(await store.reports.untouched(id), false)
})

test("edits in two transactions of the host's do not wait for each other because an export has failed", async () => {
  const project = randomUUID()
  const { id } = await failed(project)
  await knex.transaction(async (one) => {
    await store.guard.edit(`project:${project}`, nothing, { tx: fromKnex(one) })
    await knex.transaction(async (other) => {
      await other.raw('SET LOCAL lock_timeout = 2000')
      await store.guard.edit(`project:${project}`, nothing, { tx: fromKnex(other) })
    })
  })
  assert.equal(await store.reports.untouched(id), false)
})

test('an edit remembers nothing where no export of it has failed', async () => {
  const rows = async (): Promise<number> => Number((await knex('piecework.touched').count({ n: '*' }))[0]?.n)
  const before = await rows()
  const path = `project:${randomUUID()}`
  await store.guard.assertFree(path)
  await store.guard.edit(path, nothing)
  await knex.transaction((trx) => store.guard.edit(path, nothing, { tx: fromKnex(trx) }))
  assert.equal(await rows(), before)
})

const pack: Pack = {
  name: 'sample',
  kinds: [{ kind: 'project', table: 'projects', describe: async ({ id }) => ({ name: id }) }],
  pieces: [
    {
      contract: 1,
      name: 'sample/note',
      of: 'project',
      version: 1,
      exportOnly: true,
      exporter: {
        export: async ({ write }) => {
          await write('note.txt', Buffer.from('hello'))
          return { rows: 0 }
        },
      },
    },
  ],
}

test('law 6: of ten processes that sweep, one deletes what is over, and one looks for leftovers', async () => {
  const whole = memoryArtifacts()
  const deleted: string[] = []
  let listed = 0
  const artifacts: ArtifactStore = {
    ...whole,
    delete: (key) => {
      if (key.startsWith('archives/')) deleted.push(key)
      return whole.delete(key)
    },
    list: (prefix) => {
      listed += 1
      return whole.list(prefix)
    },
  }
  const hosts = pools.map((pool) =>
    createPiecework({
      packs: [pack],
      store: postgresStore({ database: fromPg(pool) }),
      artifacts,
      runtime: inProcess(),
      sweepMs: 20,
      archivesLiveMs: 400,
    }),
  )
  await Promise.all(hosts.map((host) => host.start()))
  try {
    const [first] = hosts
    assert.ok(first)
    const ids = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const resource = { kind: 'project', id: randomUUID() }
        const job = await first.export({ resource, principal: { id: 'ann' } })
        await job.result()
        return job.id
      }),
    )
    const signal = AbortSignal.timeout(20_000)
    const isGone = async (id: string) => (await store.jobs.get(id))?.result.archive?.deletedAt !== undefined
    for (const id of ids) while (!(await isGone(id))) signal.throwIfAborted()
    assert.deepEqual(deleted.sort(), ids.map((id) => `archives/${id}`).sort())
    assert.equal(listed, 2, 'jobs and archives, once')
  } finally {
    await Promise.all(hosts.map((host) => host.stop()))
  }
})

test.run()
