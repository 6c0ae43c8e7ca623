import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { inspect } from 'node:util'
import { fromPg } from '@piecework/postgres'
import { needsServer, type ScratchDatabase, scratchDatabase } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import { refused, table } from './support.js'

/** Messages about errors of a real server and a real driver. */
const test = needsServer(suite('database errors'))

let scratch: ScratchDatabase
let pool: pg.Pool

test.before(async () => {
  scratch = await scratchDatabase()
  pool = new pg.Pool({ connectionString: scratch.url, max: 1 })
})
test.after(async () => {
  await pool.end()
  await scratch.drop()
})

test('a violated constraint is named with its table, and the row is not', async () => {
  const db = fromPg(pool)
  const name = await table(db, `a text CONSTRAINT not_long CHECK (length(a) < 9)`)
  const error = await refused(db.query(`INSERT INTO ${name} VALUES ('geheim-4711')`))
  assert.match(
    error.message,
    /^The database refused a statement: new row for relation "\w+" violates check constraint "not_long" \(SQLSTATE 23514, table "\w+", constraint "not_long"\)\.$/,
  )
  assert.deepEqual([error.facts.sqlState, error.facts.constraint], ['23514', 'not_long'])
  assert.match(String((error.cause as { detail?: string }).detail), /geheim-4711/)
})

test('a value that cannot be read is not repeated, in a COPY neither', async () => {
  const db = fromPg(pool)
  const name = await table(db, 'a int')
  const copy = db.transaction((tx) =>
    tx.copyIn(
      { table: name, columns: ['a'] },
      (async function* () {
        yield Buffer.from('geheim-4711\n')
      })(),
    ),
  )
  const error = await refused(copy)
  assert.match(error.message, /invalid input syntax for type integer: "…" \(SQLSTATE 22P02\)/)
})

/** Connects as `url` says. No message, fact or JSON of the error may hold a part of it. */
async function connecting(url: string) {
  const bad = new pg.Pool({ connectionString: url, connectionTimeoutMillis: 5000 })
  try {
    const error = await refused(fromPg(bad).query('SELECT 1'))
    const shown = `${error.message} ${JSON.stringify(error)} ${inspect(error.facts)}`
    for (const secret of ['geheim', 'role-x7', 'db-inside', '127.0.0.1', '::1'])
      assert.ok(!shown.includes(secret), shown)
    return error
  } finally {
    await bad.end()
  }
}

test('a server that is not there, a host that does not exist and an address that is none have messages of their own', async () => {
  const cases = [
    [
      'postgres://role-x7:geheim@127.0.0.1:1/db-inside',
      /nothing listens at its address \(ECONNREFUSED\)/,
      true,
    ],
    [
      'postgres://role-x7:geheim@localhost:1/db-inside',
      /nothing listens at its address \(ECONNREFUSED\)/,
      true,
    ],
    ['postgres://role-x7:geheim@no-such-host.invalid/db-inside', /host .*\((ENOTFOUND|EAI_AGAIN)\)/, true],
    ['postgres://role-x7:ge heim@:::/db-inside', /its address is not a URL \(ERR_INVALID_URL\)/, false],
  ] as const
  for (const [url, message, retryable] of cases) {
    const error = await connecting(url)
    assert.match(error.message, message)
    assert.equal(error.retryable, retryable, url)
  }
})

test('a server that refuses a user or has no such database says so, and its own words stay in the cause', async () => {
  const cases = [
    [
      '28P01',
      'password authentication failed for user "role-x7"',
      /user or password is not accepted \(SQLSTATE 28P01\)/,
    ],
    ['28000', 'no pg_hba.conf entry for host "127.0.0.1", user "role-x7"', /not accepted \(SQLSTATE 28000\)/],
    ['3D000', 'database "db-inside" does not exist', /there is no such database \(SQLSTATE 3D000\)/],
  ] as const
  for (const [code, words, message] of cases) {
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => {
        const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${words}\0\0`)
        const head = Buffer.from('E\0\0\0\0')
        head.writeInt32BE(fields.length + 4, 1)
        socket.end(Buffer.concat([head, fields]))
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    try {
      const error = await connecting(`postgres://role-x7:geheim@127.0.0.1:${port}/db-inside`)
      assert.match(error.message, message)
      assert.equal((error.cause as Error).message, words)
    } finally {
      server.close()
    }
  }
})

test('a pool that is full, and one that has ended, are named as such', async () => {
  const small = new pg.Pool({ connectionString: scratch.url, max: 1 })
  const client = await small.connect()
  // Only once it is connected: a busy server may take longer for that than the pool shall wait.
  small.options.connectionTimeoutMillis = 50
  assert.match((await refused(fromPg(small).query('SELECT 1'))).message, /none was free in time/)
  client.release()
  await small.end()
  assert.match((await refused(fromPg(small).query('SELECT 1'))).message, /its pool has been ended/)
})

test.run()
