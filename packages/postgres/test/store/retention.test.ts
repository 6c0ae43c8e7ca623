import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import {
  type ArtifactStore,
  createPiecework,
  type Job,
  memoryArtifacts,
  type Pack,
  PieceworkError,
} from '@piecework/core'
import type { Guard } from '@piecework/core/store'
import { fromKnex, fromPg, type PostgresStore, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { needsServer, type ScratchDatabase, scratchDatabase, storeTemplate } from '@piecework/test-support'
import knexOf, { type Knex } from 'knex'
import pg from 'pg'
import { suite } from 'uvu'
import { refused } from '../database/support.js'
import { exportJob } from './sample.js'

const test = needsServer(suite('what jobs leave, on a server'))

let scratch: ScratchDatabase
let knex: Knex
let pools: pg.Pool[]
let store: PostgresStore

test.before(async () => {
  scratch = await scratchDatabase({ template: storeTemplate })
  const connection = { connectionString: scratch.url, options: '-c TimeZone=Asia/Tokyo -c DateStyle=German' }
  knex = knexOf({ client: 'pg', connection, pool: { min: 0, max: 4 } })
  store = postgresStore({ database: fromKnex(knex) })
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

test("exclusion: an edit in a host's transaction is remembered with its commit, and forgotten with its rollback", async () => {
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
  const rows = async (): Promise<number> =>
    Number((await knex('piecework.retry_invalidations').count({ n: '*' }))[0]?.n)
  const before = await rows()
  const path = `project:${randomUUID()}`
  await store.guard.checkEditable(path)
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

/** The sample pack, with a second piece and an output, each of which breaks as long as it is told to. */
const fragile = (state: { broken: 'piece' | 'output' | undefined }): Pack => ({
  ...pack,
  pieces: [
    ...(pack.pieces ?? []),
    {
      contract: 1,
      name: 'sample/fragile',
      of: 'project',
      version: 1,
      exportOnly: true,
      exporter: {
        export: async () => {
          if (state.broken === 'piece') throw new PieceworkError('internal', 'It broke.')
          return { rows: 0 }
        },
      },
    },
  ],
  outputs: [
    {
      name: 'sample/page',
      mediaType: 'text/plain',
      pieces: ['sample/note', 'sample/fragile'],
      fileName: () => 'page.txt',
      assemble: async function* () {
        if (state.broken === 'output') throw new PieceworkError('internal', 'It broke.')
        yield Buffer.from('page')
      },
    },
  ],
})

test('a retry on a server takes over what was read if all of it was, until an edit', async () => {
  const [pool] = pools
  assert.ok(pool)
  const state: Parameters<typeof fragile>[0] = { broken: undefined }
  const piecework = createPiecework({
    packs: [fragile(state)],
    store: postgresStore({ database: fromPg(pool) }),
    runtime: inProcess(),
    sweepMs: 50,
  })
  await piecework.start()
  try {
    const principal = { name: 'Ann', id: 'ann' }
    const resource = { kind: 'project', id: randomUUID() }
    const reused = async (id: string) => {
      state.broken = undefined
      const again = await piecework.retry(id, { principal })
      const { job, nodes } = await again.ended()
      assert.equal(job.status, 'succeeded')
      assert.equal(
        (await piecework.verify(job.result.archive ?? { artifact: '' }, { principal: { id: 'ann' } })).ok,
        true,
      )
      assert.ok(
        (await piecework.download(job.id, { output: 'archive', principal: { id: 'ann' } })).expiresAt >
          new Date(),
      )
      return nodes.flatMap(({ piece, reusedFrom }) => (reusedFrom === id ? piece : []))
    }
    const broken = async (where: 'piece' | 'output') => {
      state.broken = where
      const outputs = [{ name: 'archive' }, { name: 'sample/page' }]
      const { job } = await (await piecework.export({ resource, principal, outputs })).ended()
      assert.equal(job.status, 'failed')
      return job.id
    }
    assert.deepEqual(await reused(await broken('output')), ['sample/fragile', 'sample/note'])
    // What is left would be read at another moment.
    assert.deepEqual(await reused(await broken('piece')), [])
    const id = await broken('output')
    await piecework.guard.edit(resource, async () => {})
    assert.deepEqual(await reused(id), [])
  } finally {
    await piecework.stop()
  }
})

test("an import of an archive is asked for inside a host's transaction that has the only connection", async () => {
  const only = new pg.Pool({ connectionString: scratch.url, max: 1 })
  const piecework = createPiecework({
    packs: [pack],
    store: postgresStore({ database: fromPg(only) }),
    runtime: inProcess(),
    archiveTtlMs: 0,
  })
  await piecework.start()
  try {
    const resource = { kind: 'project', id: randomUUID() }
    const principal = { id: 'ann' }
    const { archive } = await (await piecework.export({ resource, principal })).result()
    assert.ok(archive)
    const asked = fromPg(only).transaction((tx) => piecework.using(tx).import({ archive, principal }))
    assert.equal((await refused(asked)).code, 'expired')
  } finally {
    await piecework.stop()
    await only.end()
  }
})

test('one truth: of ten processes that sweep, one deletes what is over, and one looks for leftovers', async () => {
  await knex('piecework.periodic_tasks').delete()
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
      archiveTtlMs: 400,
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
    const own = new Set(ids.map((id) => `archives/${id}`))
    assert.deepEqual(deleted.filter((key) => own.has(key)).sort(), [...own].sort())
    assert.equal(listed, 2, 'jobs and archives, once')
  } finally {
    await Promise.all(hosts.map((host) => host.stop()))
  }
})

test.run()
