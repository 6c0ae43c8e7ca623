import { needsServer, scratchDatabase, skipUnless } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

async function one(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query({ text: sql, rowMode: 'array' })
    return rows[0]?.[0]
  } finally {
    await client.end()
  }
}

async function withRun<T>(run: string, work: () => Promise<T>): Promise<T> {
  const before = process.env.PIECEWORK_TEST_RUN
  process.env.PIECEWORK_TEST_RUN = run
  try {
    return await work()
  } finally {
    if (before === undefined) delete process.env.PIECEWORK_TEST_RUN
    else process.env.PIECEWORK_TEST_RUN = before
  }
}

const test = needsServer(suite('scratchDatabase'))
const ownRun = `t${process.pid}`
test.after(async () => {
  // That of others is copied from.
  await one(String(process.env.DATABASE_URL), `DROP DATABASE IF EXISTS piecework_${ownRun}_template_postgis`)
})

test('two are apart, have PostGIS, and are gone after drop, even with a client in them', async () => {
  const [a, b] = await Promise.all([scratchDatabase(), scratchDatabase()])
  await one(a.url, 'CREATE TABLE t AS SELECT ST_Area(ST_MakeEnvelope(0, 0, 2, 3)) AS area')
  assert.is(await one(a.url, 'SELECT area FROM t'), 6)
  assert.is(await one(b.url, "SELECT to_regclass('t')"), null)
  const client = new pg.Client({ connectionString: a.url })
  client.on('error', () => {})
  await client.connect()
  await Promise.all([a.drop(), b.drop()])
  await client.end()
  const refused = await one(a.url, 'SELECT 1').catch((error: { code: string }) => error.code)
  assert.is(refused, '3D000')
})

test('a run prepares a template once, however many ask for it', async () => {
  let prepared = 0
  const template = {
    name: 'numbers',
    prepare: async (url: string) => {
      prepared += 1
      await one(url, 'CREATE TABLE numbers AS SELECT 7 AS n')
    },
  }
  // Each on a connection of its own, as from processes of their own.
  const url = `${process.env.DATABASE_URL}?application_name=scratch`
  const databases = await withRun(ownRun, () =>
    Promise.all([1, 2, 3].map(() => scratchDatabase({ url, template }))),
  )
  assert.is(prepared, 1)
  for (const { url, drop } of databases) {
    assert.is(await one(url, 'SELECT n FROM numbers'), 7)
    await drop()
  }
  await one(String(process.env.DATABASE_URL), `DROP DATABASE piecework_${ownRun}_template_numbers`)
})

test('a template that cannot be prepared leaves nothing', async () => {
  const count = "SELECT count(*)::int FROM pg_database WHERE datname LIKE '%template_broken%'"
  const template = { name: 'broken', prepare: () => Promise.reject(new Error('no such table')) }
  const refused = await withRun(ownRun, () =>
    scratchDatabase({ template }).catch((error: Error) => error.message),
  )
  assert.is(refused, 'no such table')
  assert.is(await one(String(process.env.DATABASE_URL), count), 0)
})

test.run()

const skipping = suite('skipUnless')

skipping('a suite that cannot run skips its tests and runs no hook', () => {
  const inner = suite('inner')
  const skipped: string[] = []
  inner.skip = (name) => void skipped.push(String(name))
  const said: string[] = []
  const { log } = console
  console.log = (line) => void said.push(line)
  try {
    const unavailable = skipUnless(false, 'there is no moon', inner)
    unavailable.before(() => assert.unreachable())
    unavailable.after.each(() => assert.unreachable())
    unavailable('one', () => assert.unreachable())
    unavailable.only('two', () => assert.unreachable())
  } finally {
    console.log = log
  }
  assert.equal(skipped, ['one', 'two'])
  assert.equal(said, ['skipped: one (there is no moon)', 'skipped: two (there is no moon)'])
})

skipping('a suite that can run is left as it is', () => {
  const inner = suite('inner')
  assert.is(skipUnless(true, '', inner), inner)
})

skipping.run()
