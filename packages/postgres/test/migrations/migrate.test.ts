import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import type { Database } from '@piecework/core'
import {
  fromKnex,
  fromPg,
  type KnexMigrationSource,
  type Migration,
  migrate,
  postgresStore,
  toKnexMigrationSource,
} from '@piecework/postgres'
import { needsServer, type ScratchDatabase, scratchDatabase } from '@piecework/test-support'
import knexOf, { type Knex } from 'knex'
import pg from 'pg'
import { suite } from 'uvu'
import { refused } from '../database/support.js'

/** knex takes it as it is. */
export const fits: (source: KnexMigrationSource) => Knex.MigrationSource<Migration> = (source) => source

const test = needsServer(suite('migrations'))

let scratch: ScratchDatabase
let pool: pg.Pool
let db: Database

test.before.each(async () => {
  scratch = await scratchDatabase()
  pool = new pg.Pool({ connectionString: scratch.url, max: 4 })
  db = fromPg(pool)
})
test.after.each(async () => {
  await pool.end()
  await scratch.drop()
})

const first = { name: 'sample/0001', sql: 'CREATE TABLE a (n int); CREATE TABLE b (n int)' }
const second = { name: 'sample/0002', sql: 'INSERT INTO a VALUES (2)' }
const third = { name: 'sample/0003', sql: 'INSERT INTO b VALUES (1)' }
/** After it was run. */
const changed = { ...first, sql: `${first.sql}; CREATE TABLE c (n int)` }

const rows = async (table: string) => (await db.query(`SELECT * FROM ${table}`)).rowCount
const exists = async (table: string) =>
  (await db.query(`SELECT WHERE to_regclass('${table}') IS NOT NULL`)).rowCount === 1

async function assertRefused(work: Promise<unknown>, code: string, message: RegExp): Promise<void> {
  const error = await refused(work)
  assert.equal(error.code, code)
  assert.match(error.message, message)
}

async function withKnex(use: (knex: Knex) => Promise<void>): Promise<void> {
  const knex = knexOf({ client: 'pg', connection: scratch.url, pool: { min: 0, max: 1 } })
  try {
    await use(knex)
  } finally {
    await knex.destroy()
  }
}

test('each runs once, in order, however many processes start together', async () => {
  await Promise.all([1, 2, 3, 4].map(() => migrate(db, [first, second])))
  await migrate(db, [first, second, third])
  assert.deepEqual([await rows('a'), await rows('b')], [1, 1])
})

test('one that fails leaves nothing, stops the ones after it, and runs again later', async () => {
  const broken = { ...second, sql: 'INSERT INTO a VALUES (2); SELECT nothing' }
  await refused(migrate(db, [first, broken, third]))
  assert.deepEqual([await rows('a'), await rows('b')], [0, 0])
  await migrate(db, [first, second])
  assert.equal(await rows('a'), 1)
})

test('one that is missing in the database runs, even if later ones have run', async () => {
  await migrate(db, [first, third])
  await migrate(db, [first, second, third])
  assert.deepEqual([await rows('a'), await rows('b')], [1, 1])
})

test('two of one name are refused', async () => {
  assert.equal((await refused(migrate(db, [first, first]))).code, 'registry-invalid')
})

test('the database keeps the sha256 of each text', async () => {
  await migrate(db, [first, second])
  const { rows: kept } = await db.query('SELECT name, checksum FROM piecework.migrations ORDER BY name')
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
  assert.deepEqual(
    kept,
    [first, second].map(({ name, sql }) => ({ name, checksum: sha256(sql) })),
  )
})

test('one whose text was changed stops everything, by name', async () => {
  await migrate(db, [first])
  await assertRefused(
    migrate(db, [second, changed]),
    'postgres/migration-changed',
    /sample\/0001 was changed/,
  )
  assert.deepEqual([await rows('a'), await exists('c')], [0, false])
  await migrate(db, [first, second])
})

test('one text of two that processes run together is refused', async () => {
  const outcomes = await Promise.allSettled([migrate(db, [first]), migrate(db, [changed])])
  assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  const reasons = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.code] : []))
  assert.deepEqual(reasons, ['postgres/migration-changed'])
})

test('a database with later migrations of the set is refused, by their names; other sets do not matter', async () => {
  await migrate(db, [first, second, third])
  await migrate(db, [{ name: 'other/0001', sql: 'CREATE TABLE d (n int)' }])
  await assertRefused(migrate(db, [first]), 'postgres/migration-unknown', /sample\/0002, sample\/0003/)
  await migrate(db, [first, second, third])
})

test('a database from before the first release is refused, and left as it is', async () => {
  await db.query(
    `CREATE SCHEMA piecework;
     CREATE TABLE piecework.migrations (name text PRIMARY KEY, at timestamptz NOT NULL DEFAULT now());
     INSERT INTO piecework.migrations (name) VALUES ('piecework/0001-store')`,
  )
  const store = postgresStore({ database: db })
  await assertRefused(store.migrate(), 'postgres/migration-unknown', /before the first release/)
  assert.equal(await exists('piecework.jobs'), false)
})

test('a role that may create nothing can check', async () => {
  const role = `reader_${randomUUID().replaceAll('-', '')}`
  await migrate(db, [first, second])
  await db.query(
    `CREATE ROLE ${role};
     GRANT USAGE ON SCHEMA piecework TO ${role};
     GRANT SELECT ON piecework.migrations TO ${role}`,
  )
  const reader = new pg.Pool({ connectionString: scratch.url, max: 1, options: `-c role=${role}` })
  try {
    await migrate(fromPg(reader), [first, second])
    await assertRefused(migrate(fromPg(reader), [changed, second]), 'postgres/migration-changed', /changed/)
  } finally {
    await reader.end()
    await db.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
  }
})

test('knex runs them among the migrations of the host', async () => {
  await withKnex(async (knex) => {
    const migrationSource = toKnexMigrationSource([first, second])
    await knex.migrate.latest({ migrationSource })
    await knex.migrate.latest({ migrationSource })
    assert.equal(await rows('a'), 1)
    const broken = toKnexMigrationSource([first, second, { ...third, sql: `${third.sql}; SELECT nothing` }])
    await assert.rejects(knex.migrate.latest({ migrationSource: broken }))
    assert.equal(await rows('b'), 0)
  })
})

test('what knex has run is recorded as migrate records it: nothing runs twice, and changes are found', async () => {
  await withKnex(async (knex) => {
    await knex.migrate.latest({ migrationSource: toKnexMigrationSource([first, second]) })
    await migrate(fromKnex(knex), [first, second])
    assert.equal(await rows('a'), 1)
    await assertRefused(
      migrate(fromKnex(knex), [changed, second]),
      'postgres/migration-changed',
      /sample\/0001/,
    )
    const source = toKnexMigrationSource([changed, second, third])
    await assert.rejects(knex.migrate.latest({ migrationSource: source }), /sample\/0001 was changed/)
    assert.equal(await rows('b'), 0)
  })
})

test('knex adopts what migrate has run', async () => {
  await migrate(db, [first, second])
  await withKnex(async (knex) => {
    await knex.migrate.latest({ migrationSource: toKnexMigrationSource([first, second, third]) })
  })
  assert.deepEqual([await rows('a'), await rows('b')], [1, 1])
})

test.run()
