import assert from 'node:assert/strict'
import { fromKnex, fromPg } from '@piecework/postgres'
import { needsServer, type ScratchDatabase, scratchDatabase } from '@piecework/test-support'
import knexOf, { type Knex } from 'knex'
import type pg from 'pg'
import { suite } from 'uvu'
import { chunks, read, refused } from './support.js'

/** The real libraries fit what is asked of them. */
export const fits = [
  (pool: pg.Pool) => fromPg(pool),
  (knex: Knex) => fromKnex(knex),
  (trx: Knex.Transaction) => fromKnex(trx),
  // @ts-expect-error: an open client is no pool
  (client: pg.PoolClient) => fromPg(client),
]

const test = needsServer(suite('fromKnex on a transaction of the host'))

let scratch: ScratchDatabase
let knex: Knex

test.before(async () => {
  scratch = await scratchDatabase()
  const connection = { connectionString: scratch.url, options: '-c TimeZone=Asia/Tokyo' }
  knex = knexOf({ client: 'pg', connection, pool: { min: 0, max: 1 } })
  await knex.schema.createTable('t', (t) => t.integer('a').primary())
})
test.before.each(() => knex('t').delete())
test.after(async () => {
  await knex.destroy()
  await scratch.drop()
})

const zone = async (trx: Knex): Promise<string> => (await trx.raw('SHOW TimeZone')).rows[0].TimeZone

test('what we write commits and rolls back with the host', async () => {
  await knex.transaction(async (trx) => {
    await fromKnex(trx).query('INSERT INTO t VALUES ($1)', [1])
    await trx('t').insert({ a: 2 })
  })
  const back = knex.transaction(async (trx) => {
    await fromKnex(trx).transaction((tx) => tx.copyIn({ table: 't', columns: ['a'] }, chunks('3\n4\n')))
    assert.equal((await trx('t')).length, 4)
    throw new Error('the host changed its mind')
  })
  await assert.rejects(back, /changed its mind/)
  assert.deepEqual(await knex('t').orderBy('a'), [{ a: 1 }, { a: 2 }])
})

test('what fails with us leaves the transaction of the host whole, and its settings as they were', async () => {
  await knex.transaction(async (trx) => {
    const db = fromKnex(trx)
    await trx('t').insert({ a: 1 })
    assert.equal((await refused(db.query('INSERT INTO t VALUES (1)'))).facts.sqlState, '23505')
    assert.equal(await zone(trx), 'Asia/Tokyo')
    await db.transaction(async (tx) => {
      assert.equal((await tx.query<{ TimeZone: string }>('SHOW TimeZone')).rows[0]?.TimeZone, 'UTC')
      assert.equal(
        await read(tx.copyOut(`SELECT '2020-01-01Z'::timestamptz AS at`)),
        'at\n2020-01-01 00:00:00+00\n',
      )
    })
    assert.equal(await zone(trx), 'Asia/Tokyo')
    await trx('t').insert({ a: 2 })
  })
  assert.equal((await knex('t')).length, 2)
})

test('a read-only snapshot is refused, and costs nothing', async () => {
  await knex.transaction(async (trx) => {
    const reading = fromKnex(trx).transaction(async () => {}, { readOnly: true })
    assert.equal((await refused(reading)).code, 'unsupported')
    await trx('t').insert({ a: 1 })
  })
  assert.equal((await knex('t')).length, 1)
})

test('transactions on one transaction run one after the other', async () => {
  await knex.transaction(async (trx) => {
    const db = fromKnex(trx)
    const works = [1, 2, 3, 4].map((a) =>
      db.transaction(async (tx) => {
        await tx.query('INSERT INTO t VALUES ($1)', [a])
        if (a % 2 === 0) throw new Error('no even numbers')
      }),
    )
    const outcomes = await Promise.allSettled(works)
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled', 'rejected'],
    )
  })
  assert.deepEqual(await knex('t').orderBy('a'), [{ a: 1 }, { a: 3 }])
})

test.run()
