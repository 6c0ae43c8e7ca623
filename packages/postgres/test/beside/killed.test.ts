import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createPiecework, memoryArtifacts } from '@piecework/core'
import { fromPg, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { needsServer, type ScratchDatabase, scratchDatabase } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import { goals, makeTables, plan, rowsOf, shapes, type Two, totals, whole } from './plans.js'

const test = needsServer(suite('processes that are killed while they write in two databases'))
const principal = { id: 'ann' }

let scratches: readonly ScratchDatabase[]
let pools: readonly pg.Pool[]
let two: Two

test.before(async () => {
  scratches = await Promise.all([scratchDatabase(), scratchDatabase()])
  pools = scratches.map(({ url }) => new pg.Pool({ connectionString: url, max: 6 }))
  for (const pool of pools) pool.on('error', () => {})
  const [main, geo] = pools.map((pool) => fromPg(pool))
  assert.ok(main && geo)
  two = { main, geo }
  await makeTables(two)
})
test.after(async () => {
  for (const pool of pools) await pool.end()
  for (const scratch of scratches) await scratch.drop()
})

test('exactly once: a worker killed in front of every statement of the hand-over; another one ends its jobs', async () => {
  const worker = fork(
    new URL('./killed-worker.js', import.meta.url),
    scratches.map(({ url }) => url),
  )
  const [jobs] = (await once(worker, 'message')) as [readonly string[]]
  worker.kill('SIGKILL')
  await once(worker, 'exit')
  // All but the last one, which has ended.
  assert.ok(jobs.length > 12, `${jobs.length} jobs`)
  // Their leases lapse.
  await two.main.query(`UPDATE piecework.nodes SET lease_until = piecework.now() WHERE status = 'running'`)
  const piecework = createPiecework({
    packs: [{ name: 'plan', kinds: [plan], pieces: [goals, shapes] }],
    store: postgresStore({ database: two.main, databases: { geo: two.geo } }),
    artifacts: memoryArtifacts(),
    runtime: inProcess(),
    sweepMs: 100,
    resubmitAfterMs: 1,
    backoffMs: 1,
  })
  await piecework.start()
  try {
    for (const job of jobs) {
      for await (const _ of piecework.watch(job, { principal }));
      const report = await piecework.job(job, { principal })
      assert.equal(report.job.status, 'succeeded', JSON.stringify(report.job.error))
      assert.deepEqual(await rowsOf(two, report.job.target?.id ?? ''), whole)
    }
  } finally {
    await piecework.stop()
  }
  // Of each job the plan and its clone, and nothing that is kept of a job.
  const n = 2 * jobs.length
  assert.deepEqual(await totals(two), [n, n, n, 3 * n, 0, 0, 0])
})

test.run()
