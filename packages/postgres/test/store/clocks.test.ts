import assert from 'node:assert/strict'
import type { NewJob } from '@piecework/core/store'
import { fromPg, type PostgresStore, postgresStore } from '@piecework/postgres'
import { needsServer, type ScratchDatabase, scratchDatabase, storeTemplate } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import { exportJob } from './sample.js'

const test = needsServer(suite('a process whose clock is not that of the database'))

const hour = 60 * 60 * 1000
const now = Date.now
let scratch: ScratchDatabase
let pool: pg.Pool
let store: PostgresStore

test.before(async () => {
  scratch = await scratchDatabase({ template: storeTemplate })
  pool = new pg.Pool({ connectionString: scratch.url, max: 2 })
  store = postgresStore({ database: fromPg(pool) })
})
test.after.each(() => {
  Date.now = now
})
test.after(async () => {
  await pool.end()
  await scratch.drop()
})

for (const [how, offMs] of [
  ['behind', -200 * hour],
  ['ahead', 200 * hour],
] as const) {
  const wrong = (): void => {
    Date.now = () => now() + offMs
  }

  test(`one truth: a retry waits as long as it should where the clock is ${how}`, async () => {
    const { id } = await store.jobs.create(exportJob())
    const lease = await store.attempts.begin({ job: id, node: 'a', attempt: 1 }, 'someone')
    assert.ok(lease)
    await store.attempts.fail(lease, { code: 'internal', message: 'no', retryable: true }, [], 20_000)
    wrong()
    const waits = (await store.outbox.pending(100)).flatMap(({ action }) =>
      action.type === 'task' && action.task.job === id ? [action.notBefore.getTime() - Date.now()] : [],
    )
    assert.equal(waits.length, 1)
    assert.ok(waits[0] && waits[0] > 0 && waits[0] <= 20_000, `it waits ${waits[0]} ms`)
  })

  test(`one truth: the sweep finds what has waited too long, and nothing else, where the clock is ${how}`, async () => {
    const old = await store.jobs.create(exportJob())
    await pool.query(`UPDATE piecework.batches SET submitted_at = submitted_at - interval '2 minutes'`)
    const young = await store.jobs.create(exportJob())
    wrong()
    const found = (await store.attempts.overdue(new Date(Date.now() - 60_000))).map(({ job }) => job)
    assert.deepEqual([found.includes(old.id), found.includes(young.id)], [true, false])
  })

  test(`a preparation is idle for as long as it should be where the clock is ${how}`, async () => {
    const [old, young] = [await prepared(), await prepared()]
    await pool.query(
      `UPDATE piecework.jobs SET draft_changed_at = draft_changed_at - interval '2 hours' WHERE id = $1`,
      [old],
    )
    wrong()
    const found = await store.drafts.idle(new Date(Date.now() - hour))
    assert.deepEqual([found.includes(old), found.includes(young)], [true, false])
  })
}

async function prepared(): Promise<string> {
  const sample = exportJob()
  const finish = { id: 'finish', task: 'finish', batch: 0 } as const
  const job: NewJob = { ...sample, kind: 'import', nodes: [finish], batches: 0 }
  return (await store.drafts.create(job, async () => {})).id
}

test.run()
