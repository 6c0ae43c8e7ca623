import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Lease, NodeResult } from '@piecework/core/store'
import { fromPg, type PostgresStore, postgresStore } from '@piecework/postgres'
import { needsServer, type ScratchDatabase, scratchDatabase, storeTemplate } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import { exportJob } from '../store/sample.js'
import type { Asked } from './redelivering-worker.js'

const test = needsServer(suite('two processes that deliver again'))

let scratch: ScratchDatabase
let folder: string
let pool: pg.Pool
let store: PostgresStore
let workers: readonly ChildProcess[] = []

test.before(async () => {
  scratch = await scratchDatabase({ template: storeTemplate })
  folder = await mkdtemp(join(tmpdir(), 'piecework-redelivered-'))
  pool = new pg.Pool({ connectionString: scratch.url, max: 2 })
  store = postgresStore({ database: fromPg(pool) })
  await store.migrate()
  const place = JSON.stringify({ database: scratch.url, folder, root: join(folder, 'delivered') })
  const file = new URL('./redelivering-worker.js', import.meta.url)
  workers = [1, 2].map(() => fork(file, [place]))
  await Promise.all(workers.map((worker) => once(worker, 'message')))
})
test.after(async () => {
  for (const worker of workers) worker.kill('SIGKILL')
  await pool.end()
  await scratch.drop()
  await rm(folder, { recursive: true, force: true })
})

const keys = ['a', 'b']

/** An export whose archive is there, and whose deliveries have failed. */
async function undelivered(): Promise<string> {
  const sample = exportJob()
  const [node, finish] = sample.nodes
  assert.ok(node && finish)
  const deliver = keys.map((key) => ({
    target: 'folder',
    output: 'archive',
    destination: { folder: key },
    key,
  }))
  const { id } = await store.jobs.create({
    ...sample,
    request: { options: {}, deliver },
    batches: 2,
    nodes: [
      node,
      ...keys.map((key) => ({ id: `deliver ${key}`, task: 'deliver', batch: 1 }) as const),
      { ...finish, batch: 2 },
    ],
  })
  const begun = async (one: string): Promise<Lease> =>
    (await store.attempts.begin({ job: id, node: one, attempt: 1 }, 'worker')) ?? assert.fail(one)
  const archive = {
    artifact: 'archives/a',
    size: 1,
    digest: 'd',
    sha256: 's',
    expiresAt: new Date('2090-01-01'),
  }
  const done = async (one: string, result: NodeResult = {}) =>
    store.attempts.run(await begun(one), async () => result)
  await done('a', { result: { archive } })
  for (const key of keys) {
    const error = { code: 'sample/away', message: 'It is away.', retryable: false } as const
    await store.attempts.fail(await begun(`deliver ${key}`), error, [])
  }
  await done('finish')
  return id
}

async function answers(asked: Asked): Promise<readonly string[]> {
  const told = workers.map((worker) => once(worker, 'message'))
  for (const worker of workers) worker.send(asked)
  return (await Promise.all(told)).map(([answer]) => String(answer))
}

for (const call of ['redeliver', 'retry'] as const)
  test(`exactly once: of two processes that ask for ${call}() at the same moment, one delivers, twenty-five times`, async () => {
    for (let round = 0; round < 25; round += 1) {
      const job = await undelivered()
      const told = await answers({ call, job })
      const made = told.filter((answer) => answer !== 'unsupported')
      assert.equal(made.length, 1, `round ${round}: ${told.join(', ')}`)
      const { request } = (await store.jobs.get(made[0] ?? '')) ?? assert.fail(told.join(', '))
      assert.deepEqual(
        request.deliver?.map(({ key }) => key),
        keys,
      )
    }
  })

test.run()
