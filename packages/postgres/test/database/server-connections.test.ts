import assert from 'node:assert/strict'
import { type AddressInfo, connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '@piecework/core'
import { fromPg } from '@piecework/postgres'
import { needsServer, type ScratchDatabase, scratchDatabase } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import { joins } from '#internal/database/autocommit-database.js'
import { read, refused, table } from './support.js'

/** What a server sees of our connections. */
const test = needsServer(suite('connections'))

let scratch: ScratchDatabase
let pool: pg.Pool
let other: pg.Pool
let db: Database

test.before(async () => {
  scratch = await scratchDatabase()
  pool = new pg.Pool({ connectionString: scratch.url, max: 2 })
  pool.on('error', () => {})
  other = new pg.Pool({ connectionString: scratch.url, max: 1 })
  db = fromPg(pool)
})
test.after.each(() => {
  assert.equal(pool.idleCount, pool.totalCount, 'a connection was not given back')
})
test.after(async () => {
  await pool.end()
  await other.end()
  await scratch.drop()
})

const backend = async (on: Pick<Database, 'query'>): Promise<number | undefined> =>
  (await on.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid

/** What a backend is at, until it is what it should be. */
async function becomes(pid: number | undefined, state: string | undefined): Promise<void> {
  let seen: string | undefined
  for (let look = 0; look < 200; look++) {
    const { rows } = await other.query('SELECT state FROM pg_stat_activity WHERE pid = $1', [pid])
    seen = rows[0]?.state
    if (seen === state) return
    await sleep(20)
  }
  assert.equal(seen, state)
}

test('an abort ends what the backend does, and keeps the connection', async () => {
  const controller = new AbortController()
  let pid: number | undefined
  const sleeping = db.transaction(
    async (tx) => {
      pid = await backend(tx)
      setTimeout(() => controller.abort(new Error('enough')), 50)
      await tx.query('SELECT pg_sleep(600)')
    },
    { signal: controller.signal },
  )
  await assert.rejects(sleeping, /enough/)
  await becomes(pid, 'idle')
})

for (const [what, copy] of [
  ['out of', (tx) => read(tx.copyOut('SELECT generate_series(1, 1000000000)'))],
  ['into', (tx) => tx.copyIn({ table: 'pg_temp.copied', columns: ['a'] }, endless())],
] as [string, (tx: Parameters<Parameters<Database['transaction']>[0]>[0]) => Promise<unknown>][]) {
  test(`an abort ends a COPY ${what} the database, and keeps the connection`, async () => {
    const controller = new AbortController()
    let pid: number | undefined
    const copying = db.transaction(
      async (tx) => {
        pid = await backend(tx)
        await tx.query('CREATE TEMPORARY TABLE copied (a int) ON COMMIT DROP')
        setTimeout(() => controller.abort(new Error('enough')), 100)
        await copy(tx)
      },
      { signal: controller.signal },
    )
    await assert.rejects(copying, /enough/)
    await becomes(pid, 'idle')
  })
}

test('a refused row keeps the connection, however long it is', async () => {
  const name = await table(db, 'a int')
  let pid: number | undefined
  const copying = db.transaction(async (tx) => {
    pid = await backend(tx)
    await tx.copyIn({ table: name, columns: ['a'] }, endless('no number'.repeat(100_000)))
  })
  assert.equal((await refused(copying)).facts.sqlState, '22P02')
  await becomes(pid, 'idle')
})

test('a slow consumer holds the COPY back', async () => {
  await db.query('CREATE SEQUENCE made')
  await db.transaction(async (tx) => {
    for await (const _ of tx.copyOut(
      `SELECT nextval('made'), repeat('x', 100) FROM generate_series(1, 500000)`,
    )) {
      await sleep(300)
      const { rows } = await other.query('SELECT last_value::int AS made FROM made')
      assert.ok(rows[0].made < 250_000, `${rows[0].made} rows were made for one part`)
      break
    }
  })
})

test('a backend that is ended in the middle costs its connection, and nothing else', async () => {
  for (const idle of [true, false]) {
    let pid: number | undefined
    const work = db.transaction(async (tx) => {
      pid = await backend(tx)
      const end = () => other.query('SELECT pg_terminate_backend($1)', [pid])
      if (idle) await end()
      else setTimeout(end, 50)
      await sleep(idle ? 100 : 0)
      await tx.query('SELECT pg_sleep(idle) FROM (VALUES (600)) AS v(idle)')
    })
    const error = await refused(work)
    assert.deepEqual([error.code, error.retryable], ['database', true])
    await becomes(pid, undefined)
    assert.equal((await db.query('SELECT 1')).rowCount, 1)
  }
})

test('an abort while the pool is empty rejects at once, and the connection that comes goes back', async () => {
  const controller = new AbortController()
  const begun: (() => void)[] = []
  const both = [1, 2].map(() => db.transaction(() => new Promise<void>((resolve) => begun.push(resolve))))
  while (begun.length < 2) await sleep(5)
  const third = db.transaction(async () => assert.fail('it started'), { signal: controller.signal })
  controller.abort(new Error('enough'))
  await assert.rejects(third, /enough/)
  for (const end of begun) end()
  await Promise.all(both)
  await sleep(50)
})

test('a read-only transaction sees one snapshot', async () => {
  const name = await table(db, 'a int')
  await db.transaction(
    async (tx) => {
      assert.equal((await tx.query(`SELECT FROM ${name}`)).rowCount, 0)
      await other.query(`INSERT INTO ${name} VALUES (1)`)
      assert.equal((await tx.query(`SELECT FROM ${name}`)).rowCount, 0)
    },
    { readOnly: true },
  )
  assert.equal((await db.query(`SELECT FROM ${name}`)).rowCount, 1)
})

test('the last statement of a transaction goes with COMMIT, unless it refuses to be the last', async () => {
  assert.ok(joins(db))
  const name = await table(db, 'a int')
  const insert = `INSERT INTO ${name} VALUES`
  const more = `DO $$ BEGIN ${insert} (0); RAISE EXCEPTION 'More.' USING ERRCODE = 'PW001'; END $$`
  await db.joinedTransaction(`${insert} (1) RETURNING a`, async (tx, { begun, commit }) => {
    assert.deepEqual(begun.rows, [{ a: 1 }])
    assert.equal(await commit(more), undefined)
    await tx.query(`${insert} (2)`)
    assert.equal((await commit(`${insert} (3)`))?.rowCount, 1)
  })
  // It commits all the same, and what fails otherwise does not.
  await db.joinedTransaction(`${insert} (4)`, async (_, { commit }) => commit(more))
  const failed = db.joinedTransaction(`${insert} (5)`, async (_, { commit }) => commit('SELECT 1 / 0'))
  assert.equal((await refused(failed)).facts.sqlState, '22012')
  const { rows } = await db.query<{ a: number }>(`SELECT a FROM ${name} ORDER BY a`)
  assert.deepEqual(
    rows,
    [1, 2, 3, 4].map((a) => ({ a })),
  )
})

test('an abort ends a transaction whose first statement waits', async () => {
  assert.ok(joins(db))
  const controller = new AbortController()
  await other.query('SELECT pg_advisory_lock(1)')
  const waiting = db.joinedTransaction(
    'SELECT pg_advisory_xact_lock(1)',
    async () => assert.fail('it began'),
    {
      signal: controller.signal,
    },
  )
  setTimeout(() => controller.abort(new Error('enough')), 50)
  await assert.rejects(waiting, /enough/)
  await other.query('SELECT pg_advisory_unlock(1)')
})

test('a server that is not there is told as such', async () => {
  const nowhere = new pg.Pool({ host: '127.0.0.1', port: 1 })
  const error = await refused(fromPg(nowhere).query('SELECT 1'))
  assert.deepEqual([error.code, error.retryable], ['database', true])
  await nowhere.end()
})

async function* endless(first = '0') {
  yield Buffer.from(`${first}\n`)
  for (let n = 0; ; n++) {
    yield Buffer.from(`${n}\n`)
    await sleep(1)
  }
}

test('a server that ends a connection in one breath with the handshake does not end the process', async () => {
  const message = 'Mterminating connection due to administrator command\0C57P01\0SFATAL\0VFATAL\0\0'
  const ended = Buffer.concat([Buffer.from('E'), Buffer.alloc(4), Buffer.from(message)])
  ended.writeUInt32BE(ended.length - 1, 1)
  const { hostname, port } = new URL(scratch.url)
  const proxy = createServer((client) => {
    const server = connect(Number(port || 5432), hostname)
    for (const socket of [client, server]) socket.on('error', () => {})
    client.pipe(server)
    client.on('close', () => server.destroy())
    let said = Buffer.alloc(0)
    server.on('data', (bytes) => {
      said = Buffer.concat([said, bytes])
      // Ready for queries.
      const isReady = said.subarray(-6).equals(Buffer.from([0x5a, 0, 0, 0, 5, 0x49]))
      if (isReady) client.end(Buffer.concat([bytes, ended]))
      else client.write(bytes)
    })
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const url = new URL(scratch.url)
  url.host = `127.0.0.1:${(proxy.address() as AddressInfo).port}`
  const cut = new pg.Pool({ connectionString: url.href, max: 1 })
  cut.on('error', () => {})
  const error = await refused(fromPg(cut).query('SELECT 1'))
  assert.equal(error.retryable, true, error.message)
  await cut.end()
  proxy.close()
})

test.run()
