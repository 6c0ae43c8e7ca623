import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { isPieceworkError } from '@piecework/core'
import type { Store } from '@piecework/core/store'
import { fromPg, postgresStore } from '@piecework/postgres'
import { needsServer, type ScratchDatabase, scratchDatabase } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import { postgresStates } from '#internal/store/postgres-states.js'
import { copied, copiedRows, rowsOf } from './copied-rows.js'
import { exportJob } from './sample.js'

const test = needsServer(suite('a worker that is lost'))

const leaseMs = 500
let scratch: ScratchDatabase
let pool: pg.Pool
let store: Store

test.before(async () => {
  scratch = await scratchDatabase()
  pool = new pg.Pool({ connectionString: scratch.url, max: 4 })
  pool.on('error', () => {})
  const made = postgresStore({ database: fromPg(pool), leaseMs })
  await made.migrate()
  store = made
  await pool.query('CREATE TABLE rows (job text PRIMARY KEY, writer text)')
  await pool.query('CREATE TABLE copied (job text, id text, PRIMARY KEY (job, id))')
})
test.after(async () => {
  await pool.end()
  await scratch.drop()
})

const writers = async (job: string): Promise<readonly string[]> =>
  (await pool.query('SELECT writer FROM rows WHERE job = $1', [job])).rows.map(({ writer }) => writer)

/** Begins the node in a thread of its own, writes its row and stays there, silent. */
async function silentWorker(job: string): Promise<Worker> {
  const file = fileURLToPath(new URL('./silent-worker.js', import.meta.url))
  const worker = new Worker(file, { workerData: { url: scratch.url, job, leaseMs } })
  await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
  return worker
}

test('exactly once: a client that dies in the middle of its work leaves nothing', async () => {
  const { id } = await store.jobs.create(exportJob())
  const worker = await silentWorker(id)
  await worker.terminate()
  await sleep(leaseMs)
  assert.deepEqual(await writers(id), [])
  const [task] = (await store.attempts.overdue(new Date(0))).filter(({ job }) => job === id)
  assert.ok(task)
  const lease = await store.attempts.begin(task, 'the next')
  assert.ok(lease)
  await store.attempts.run(lease, async (tx) => {
    await tx.query('INSERT INTO rows VALUES ($1, $2)', [id, 'the next'])
    return { counts: { rows: 1 } }
  })
  assert.deepEqual(await writers(id), ['the next'])
})

test('exactly once: a worker that takes over ends the silent backend first, and the silent one cannot commit', async () => {
  const { id } = await store.jobs.create(exportJob())
  const worker = await silentWorker(id)
  try {
    const said = new Promise<string>((resolve) => worker.once('message', resolve))
    await sleep(leaseMs)
    const lease = await store.attempts.begin({ job: id, node: 'a', attempt: 1 }, 'the next')
    assert.equal(lease?.fence, 2)
    const open = await pool.query(
      `SELECT FROM pg_locks WHERE locktype = 'relation' AND relation = 'rows'::regclass AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid <> pg_backend_pid()`,
    )
    assert.equal(open.rowCount, 0, 'the silent backend still holds its row')
    await store.attempts.run(lease, async (tx) => {
      await tx.query('INSERT INTO rows VALUES ($1, $2)', [id, 'the next'])
      return {}
    })
    worker.postMessage('go on')
    assert.equal(await said, 'lease-lost')
    assert.deepEqual(await writers(id), ['the next'])
  } finally {
    await worker.terminate()
  }
})

test('exactly once: a process that is stopped in the middle of a COPY blocks no other, and commits nothing when it wakes', async () => {
  const { id } = await store.jobs.create(exportJob())
  const child = fork(new URL('./copying-worker.js', import.meta.url), [scratch.url, id, `${leaseMs}`])
  try {
    assert.deepEqual((await once(child, 'message'))[0], 'copying')
    child.kill('SIGSTOP')
    await sleep(leaseMs)
    const lease = await store.attempts.begin({ job: id, node: 'a', attempt: 1 }, 'the next')
    assert.equal(lease?.fence, 2)
    const open = await pool.query(
      `SELECT FROM pg_locks WHERE locktype = 'relation' AND relation = 'copied'::regclass AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid <> pg_backend_pid()`,
    )
    assert.equal(open.rowCount, 0, 'the stopped COPY still holds its rows')
    await store.attempts.run(lease, async (tx) => ({
      counts: { rows: await tx.copyIn(copied, rowsOf(id)) },
    }))
    const said = once(child, 'message')
    child.kill('SIGCONT')
    assert.deepEqual((await said)[0], 'lease-lost')
    const { rows } = await pool.query('SELECT count(*)::int AS n FROM copied WHERE job = $1', [id])
    assert.deepEqual(rows, [{ n: copiedRows }])
  } finally {
    child.kill('SIGKILL')
  }
})

test('exactly once: an attempt that is given up has its backend ended, and what it wrote is gone', async () => {
  const { id } = await store.jobs.create(exportJob())
  const worker = await silentWorker(id)
  try {
    const said = new Promise<string>((resolve) => worker.once('message', resolve))
    const node = await store.reports.node(id, 'a')
    const job = await store.jobs.get(id)
    assert.ok(node && job)
    const own = { job, node, attempt: 1, fence: 1, crashes: 0 }
    const error = { code: 'timeout', message: 'Too long.', retryable: true } as const
    assert.equal((await store.attempts.fail(own, error, [])).outcome, 'failed')
    const { rowCount } = await pool.query(
      `SELECT FROM pg_locks WHERE locktype = 'relation' AND relation = 'rows'::regclass AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid <> pg_backend_pid()`,
    )
    assert.equal(rowCount, 0, 'the backend still holds its row')
    worker.postMessage('go on')
    assert.equal(await said, 'lease-lost')
    assert.deepEqual(await writers(id), [])
  } finally {
    await worker.terminate()
  }
})

test('exactly once: an attempt that comes late under a lost lease is refused before its work begins', async () => {
  const { id } = await store.jobs.create(exportJob())
  const late = await store.attempts.begin({ job: id, node: 'a', attempt: 1 }, 'late')
  assert.ok(late)
  await sleep(leaseMs)
  assert.ok(await store.attempts.begin({ job: id, node: 'a', attempt: 1 }, 'the next'))
  let began = false
  const run = store.attempts.run(late, async () => {
    began = true
    return {}
  })
  await assert.rejects(run, (error) => isPieceworkError(error, 'lease-lost'))
  assert.equal(began, false)
})

test('exactly once: a lease is not taken over while its attempt keeps a state, which the next one sees', async () => {
  const { id } = await store.jobs.create(exportJob())
  const task = { job: id, node: 'a', attempt: 1 }
  const lease = await store.attempts.begin(task, 'the first')
  assert.ok(lease)
  await sleep(leaseMs)
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    const open = { query: (sql: string, values: unknown[]) => client.query(sql, values) }
    await postgresStates(open as never).put(lease, { sent: 7 })
    assert.equal(await store.attempts.begin(task, 'the next'), undefined)
    await client.query('COMMIT')
  } finally {
    client.release()
  }
  const next = await store.attempts.begin(task, 'the next')
  assert.ok(next)
  assert.deepEqual(await store.states.get(next), { sent: 7 })
})

test.run()
