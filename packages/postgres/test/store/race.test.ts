import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { fromPg, type PostgresStore, postgresStore } from '@piecework/postgres'
import { needsServer, type ScratchDatabase, scratchDatabase, storeTemplate } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import type { Race } from './racing-worker.js'

const test = needsServer(suite('ten processes that race'))

const processes = 10
let scratch: ScratchDatabase
let pool: pg.Pool
let store: PostgresStore
let workers: readonly ChildProcess[] = []

test.before(async () => {
  scratch = await scratchDatabase({ template: storeTemplate })
  pool = new pg.Pool({ connectionString: scratch.url, max: 2 })
  store = postgresStore({ database: fromPg(pool) })
  const file = new URL('./racing-worker.js', import.meta.url)
  workers = Array.from({ length: processes }, () => fork(file, [scratch.url]))
  await Promise.all(workers.map((worker) => once(worker, 'message')))
})
test.after(async () => {
  for (const worker of workers) worker.kill('SIGKILL')
  await pool.end()
  await scratch.drop()
})

/** How often each outcome came, over all processes. */
async function race(asked: Race): Promise<Record<string, number>> {
  const counts = workers.map(async (worker) => {
    const told = once(worker, 'message')
    worker.send(asked)
    const [count] = (await told) as [Record<string, number>]
    return count
  })
  const sum: Record<string, number> = {}
  for (const count of await Promise.all(counts)) {
    for (const [outcome, n] of Object.entries(count)) sum[outcome] = (sum[outcome] ?? 0) + n
  }
  return sum
}

test('exclusion: a thousand claims of ten processes admit one', async () => {
  const project = `project:${randomUUID()}`
  const { admitted = 0, 'resource-busy': refused, ...others } = await race({ requests: 100, project })
  assert.deepEqual(others, {})
  const holders = await store.guard.holders(project)
  assert.equal(holders.length, admitted)
  assert.equal(admitted + (refused ?? 0), 1000)
  const { rows } = await pool.query<{ path: string }>('SELECT path FROM piecework.holds WHERE root = $1', [
    project,
  ])
  const whole = rows.some(({ path }) => path === project)
  // Either the whole project, once, or parts of it, each once.
  assert.equal(new Set(rows.map(({ path }) => path)).size, admitted)
  if (whole) assert.equal(admitted, 1)
})

test('exclusion: a hundred jobs of one principal from ten processes never exceed the limit', async () => {
  const refusing = randomUUID()
  const refused = await race({ requests: 10, principal: refusing, whenFull: 'refuse' })
  assert.deepEqual(refused, { admitted: 3, 'too-many-jobs': 97 })
  const waiting = randomUUID()
  const waits = await race({ requests: 10, principal: waiting, whenFull: 'wait' })
  assert.deepEqual(waits, { admitted: 3, waits: 97 })
})

test.run()
