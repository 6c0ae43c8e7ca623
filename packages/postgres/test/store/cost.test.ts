import assert from 'node:assert/strict'
import type { Database, NewJob, Transaction } from '@piecework/core'
import { fromPg, postgresStore } from '@piecework/postgres'
import { needsServer, type ScratchDatabase, scratchDatabase } from '@piecework/testkit'
import pg from 'pg'
import { suite } from 'uvu'
import { exportJob } from './sample.js'

const test = needsServer(suite('what a node costs'))

let scratch: ScratchDatabase
let pool: pg.Pool

test.before(async () => {
  scratch = await scratchDatabase()
  pool = new pg.Pool({ connectionString: scratch.url, max: 2 })
  await postgresStore({ database: fromPg(pool) }).migrate()
})
test.after(async () => {
  await pool.end()
  await scratch.drop()
})

test('beginning and ending a node costs the same in a job of 10 and of 5,000', async () => {
  const small = await costOfOne(10)
  const large = await costOfOne(5_000)
  assert.ok(small.statements > 0)
  assert.deepEqual(large, small)
})

/** Statements of one node, and rows that they returned or changed. */
async function costOfOne(nodes: number) {
  const database = counted(fromPg(pool))
  const { jobs, attempts } = postgresStore({ database })
  const { id } = await jobs.create(jobOf(nodes))
  const one = async (node: string): Promise<void> => {
    const lease = await attempts.begin({ job: id, node, attempt: 1 }, 'worker')
    assert.ok(lease)
    await attempts.run(lease, async () => ({ counts: { rows: 1 } }))
  }
  await one('0')
  const before = { ...database.cost }
  await one('1')
  return { statements: database.cost.statements - before.statements, rows: database.cost.rows - before.rows }
}

function counted(database: Database) {
  const cost = { statements: 0, rows: 0 }
  const counting = (tx: Transaction): Transaction => ({
    copyIn: (target, csv) => tx.copyIn(target, csv),
    copyOut: (select) => tx.copyOut(select),
    query: async (sql, values) => {
      const result = await tx.query<never>(sql, values)
      cost.statements++
      cost.rows += result.rowCount
      return result
    },
  })
  const transaction: Database['transaction'] = (work, options) =>
    database.transaction((tx) => work(counting(tx)), options)
  return { cost, transaction, query: database.query.bind(database) }
}

function jobOf(nodes: number): NewJob {
  const job = exportJob()
  const list = Array.from({ length: nodes }, (_, n) => ({ id: String(n), task: 'export' as const, batch: 0 }))
  return { ...job, nodes: [...list, { id: 'finish', task: 'finish', batch: 1 }] }
}

test.run()
