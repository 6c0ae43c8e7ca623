import assert from 'node:assert/strict'
import type { Transaction } from '@piecework/core/piece'
import { fromPg, type PostgresStore, postgresStore } from '@piecework/postgres'
import { needsServer, type ScratchDatabase, scratchDatabase } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'

const test = needsServer(suite('snapshots of a store'))

let scratch: ScratchDatabase
let pool: pg.Pool
let database: PostgresStore['database']

test.before(async () => {
  scratch = await scratchDatabase()
  pool = new pg.Pool({ connectionString: scratch.url, max: 2 })
  database = postgresStore({ database: fromPg(pool) }).database
  await pool.query('CREATE TABLE n AS SELECT generate_series(1, 1000) AS n')
})
test.after(async () => {
  await pool.end()
  await scratch.drop()
})

const counted = async (tx: Transaction): Promise<number> => {
  const { rows } = await tx.query<{ count: number }>('SELECT count(*)::int AS count FROM n')
  return rows[0]?.count ?? assert.fail('no count')
}
const readOnly = { readOnly: true } as const

test('work that asks nothing takes no connection', async () => {
  const held = await Promise.all([pool.connect(), pool.connect()])
  try {
    assert.equal(await database.transaction(async () => 7, readOnly), 7)
    const broken = database.transaction(() => Promise.reject(new Error('the work broke')), readOnly)
    await assert.rejects(broken, /the work broke/)
  } finally {
    for (const client of held) client.release()
  }
})

test('all statements see one snapshot, and cannot write', async () => {
  const work = database.transaction(async (tx) => {
    const before = await counted(tx)
    await pool.query('INSERT INTO n VALUES (0)')
    let chunks = ''
    for await (const chunk of tx.copyOut('SELECT n FROM n WHERE n = 0')) chunks += Buffer.from(chunk)
    assert.equal(chunks.trim(), 'n')
    assert.equal(await counted(tx), before)
    await tx.query('DELETE FROM n')
  }, readOnly)
  await assert.rejects(work, /SQLSTATE 25006/)
  assert.equal(pool.idleCount, pool.totalCount)
})

test('an abort ends the statement that runs, and refuses the first that comes after it', async () => {
  const controller = new AbortController()
  const { signal } = controller
  const running = database.transaction(
    async (tx) => {
      setTimeout(() => controller.abort(new Error('enough')), 50)
      await tx.query('SELECT pg_sleep(60)')
    },
    { ...readOnly, signal },
  )
  await assert.rejects(running, /enough/)
  await assert.rejects(database.transaction(counted, { ...readOnly, signal }), /enough/)
  const later = new AbortController()
  const first = database.transaction(
    async (tx) => {
      later.abort(new Error('too late'))
      return counted(tx)
    },
    { ...readOnly, signal: later.signal },
  )
  await assert.rejects(first, /too late/)
})

test('a statement after the end is refused, whether there was one before or not', async () => {
  const kept: Transaction[] = []
  await database.transaction(async (tx) => void kept.push(tx), readOnly)
  await database.transaction((tx) => {
    kept.push(tx)
    return counted(tx)
  }, readOnly)
  for (const tx of kept) await assert.rejects(counted(tx), /has ended/)
})

test('a connection that cannot be had is told', async () => {
  const nowhere = new pg.Pool({ host: '127.0.0.1', port: 1 })
  const lost = postgresStore({ database: fromPg(nowhere) }).database
  await assert.rejects(lost.transaction(counted, readOnly), /database/i)
  await nowhere.end()
})

test.run()
