import assert from 'node:assert/strict'
import type { Database } from '@piecework/core'
import {
  fromPg,
  type KnexMigrationSource,
  type Migration,
  migrate,
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

const step = (name: string, sql: string): Migration => ({
  name,
  up: async (tx) => {
    await tx.query(sql)
  },
})
const first = step('sample/0001', 'CREATE TABLE a (n int); CREATE TABLE b (n int)')
const second = step('sample/0002', 'INSERT INTO a VALUES (2)')

const rows = async (table: string) => (await db.query(`SELECT * FROM ${table}`)).rowCount

test('each runs once, in order, however many processes start together', async () => {
  await Promise.all([1, 2, 3, 4].map(() => migrate(db, [first, second])))
  await migrate(db, [first, second, step('sample/0003', 'INSERT INTO b VALUES (1)')])
  assert.deepEqual([await rows('a'), await rows('b')], [1, 1])
})

test('one that fails leaves nothing, stops the ones after it, and runs again later', async () => {
  const broken = step('sample/0002', 'INSERT INTO a VALUES (2); SELECT nothing')
  await refused(migrate(db, [first, broken, step('sample/0003', 'INSERT INTO b VALUES (1)')]))
  assert.deepEqual([await rows('a'), await rows('b')], [0, 0])
  await migrate(db, [first, second])
  assert.equal(await rows('a'), 1)
})

test('two of one name are refused', async () => {
  assert.equal((await refused(migrate(db, [first, first]))).code, 'registry-invalid')
})

test('knex runs them among the migrations of the host', async () => {
  const knex = knexOf({ client: 'pg', connection: scratch.url, pool: { min: 0, max: 1 } })
  try {
    const migrationSource = toKnexMigrationSource([first, second])
    await knex.migrate.latest({ migrationSource })
    await knex.migrate.latest({ migrationSource })
    assert.equal(await rows('a'), 1)
    const broken = toKnexMigrationSource([
      first,
      second,
      step('sample/0003', 'INSERT INTO b VALUES (1); SELECT nothing'),
    ])
    await assert.rejects(knex.migrate.latest({ migrationSource: broken }))
    assert.equal(await rows('b'), 0)
  } finally {
    await knex.destroy()
  }
})

test.run()
