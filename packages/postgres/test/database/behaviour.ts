import assert from 'node:assert/strict'
import { type Database, isPieceworkError } from '@piecework/core'
import type { LawTest } from '@piecework/testkit'
import { chunks, read, refused, table } from './support.js'

/** What every `Database` of ours does. */
export function databaseBehaviour(test: LawTest, db: () => Database): void {
  test('values come in one form, whatever the host has set', async () => {
    const { rows, rowCount } = await db().query(`SELECT
      1::int2 AS a, 2::int8 AS b, 0.1::float8 + 0.2 AS c, true AS d, '\\x00ff'::bytea AS e, '{"a":[1]}'::jsonb AS f,
      '2020-02-03 04:05:06.789+02'::timestamptz AS g, '2020-02-03'::date AS h, 'infinity'::timestamptz AS i,
      '1 day 2 hours'::interval AS j, 1.50::numeric AS k, ARRAY['x,"\\', NULL, 'NULL', ''] AS l, ARRAY[1, NULL] AS m,
      '0B2F0000-0000-4000-8000-00000000000A'::uuid AS n, NULL::int AS o, '{}'::text[] AS p`)
    assert.equal(rowCount, 1)
    assert.deepEqual(rows, [
      {
        a: 1,
        b: '2',
        c: 0.30000000000000004,
        d: true,
        e: Buffer.from([0, 255]),
        f: { a: [1] },
        g: new Date('2020-02-03T02:05:06.789Z'),
        h: '2020-02-03',
        i: 'infinity',
        j: '1 day 02:00:00',
        k: '1.50',
        l: ['x,"\\', null, 'NULL', ''],
        m: [1, null],
        n: '0b2f0000-0000-4000-8000-00000000000a',
        o: null,
        p: [],
      },
    ])
    const { rows: found } = await db().query(`SELECT current_setting('search_path') AS path`)
    assert.deepEqual(found, [{ path: '"public"' }])
  })

  test('rowCount tells rows returned or affected, of the last statement', async () => {
    const name = await table(db(), 'a int')
    assert.equal((await db().query(`INSERT INTO ${name} SELECT generate_series(1, 5)`)).rowCount, 5)
    assert.equal((await db().query(`UPDATE ${name} SET a = 0 WHERE a > $1`, [3])).rowCount, 2)
    assert.equal((await db().query(`SELECT FROM ${name}`)).rowCount, 5)
    const { rows, rowCount } = await db().query(`SELECT 1; SELECT a FROM ${name} WHERE a = 0`)
    assert.deepEqual([rows, rowCount], [[{ a: 0 }, { a: 0 }], 2])
  })

  test('a transaction commits what resolves and rolls back what rejects', async () => {
    const name = await table(db(), 'a int')
    const told = await db().transaction(async (tx) => {
      await tx.query(`INSERT INTO ${name} VALUES (1)`)
      return 'told'
    })
    const broken = db().transaction(async (tx) => {
      await tx.query(`INSERT INTO ${name} VALUES (2)`)
      throw new Error('the host broke')
    })
    await assert.rejects(broken, /the host broke/)
    assert.equal(told, 'told')
    assert.deepEqual((await db().query(`SELECT a FROM ${name}`)).rows, [{ a: 1 }])
  })

  test('a transaction of which a statement failed unnoticed does not claim to have committed', async () => {
    const name = await table(db(), 'a int PRIMARY KEY')
    const error = await refused(
      db().transaction(async (tx) => {
        await tx.query(`INSERT INTO ${name} VALUES (1)`)
        const again = await refused(tx.query(`INSERT INTO ${name} VALUES (1)`))
        assert.deepEqual([again.code, again.facts.sqlState], ['database', '23505'])
        assert.equal(again.facts.constraint, `${name}_pkey`)
      }),
    )
    assert.equal(error.code, 'database')
    assert.equal((await db().query(`SELECT FROM ${name}`)).rowCount, 0)
  })

  test('a statement that is not awaited, and fails, fails the transaction and not the process', async () => {
    for (const readOnly of [false, true]) {
      const error = await refused(
        db().transaction(
          async (tx) => {
            void tx.query(`SELECT 1 / 0 FROM (VALUES (1)) v`)
            await tx.query('SELECT 1').catch(() => {})
          },
          { readOnly },
        ),
      )
      assert.equal(error.code, 'database')
    }
  })

  test('a read-only transaction writes nothing', async () => {
    const name = await table(db(), 'a int')
    const writing = db().transaction((tx) => tx.query(`INSERT INTO ${name} VALUES (1)`), { readOnly: true })
    assert.equal((await refused(writing)).facts.sqlState, '25006')
    const found = await db().transaction((tx) => read(tx.copyOut('SELECT 1 AS a')), { readOnly: true })
    assert.equal(found, 'a\n1\n')
  })

  test('a transaction that has ended takes no statement', async () => {
    const tx = await db().transaction(async (open) => open)
    assert.equal((await refused(tx.query('SELECT 1'))).code, 'database')
    assert.equal((await refused(read(tx.copyOut('SELECT 1')))).code, 'database')
    assert.equal((await refused(tx.copyIn({ table: 't', columns: ['a'] }, chunks('1\n')))).code, 'database')
  })

  test('a transaction whose work leaves a statement behind is rolled back', async () => {
    const name = await table(db(), 'a int')
    let left: Promise<unknown> = Promise.resolve()
    const leaving = db().transaction(async (tx) => {
      await tx.query(`INSERT INTO ${name} VALUES (1)`)
      left = tx.query('SELECT pg_sleep(0.2)').catch(() => {})
      await new Promise((resolve) => setTimeout(resolve, 20))
    })
    await refused(leaving)
    await left
    assert.equal((await db().query(`SELECT FROM ${name}`)).rowCount, 0)
  })

  test('statements that are sent together run one after the other', async () => {
    const sums = await db().transaction((tx) =>
      Promise.all([1, 2, 3].map((n) => tx.query('SELECT $1::int + 1 AS sum', [n]))),
    )
    assert.deepEqual(
      sums.map(({ rows }) => rows),
      [[{ sum: 2 }], [{ sum: 3 }], [{ sum: 4 }]],
    )
  })

  test('a signal that is aborted before the start keeps the transaction from starting', async () => {
    const signal = AbortSignal.abort(new Error('too late'))
    let started = false
    const work = async () => {
      started = true
    }
    await assert.rejects(db().transaction(work, { signal }), /too late/)
    assert.equal(started, false)
  })

  test('an abort ends a transaction whose work waits for something else, with the reason', async () => {
    const name = await table(db(), 'a int')
    const controller = new AbortController()
    const waiting = db().transaction(
      async (tx) => {
        await tx.query(`INSERT INTO ${name} VALUES (1)`)
        setImmediate(() => controller.abort(new Error('enough')))
        await new Promise(() => {})
      },
      { signal: controller.signal },
    )
    await assert.rejects(waiting, /enough/)
    assert.equal((await db().query(`SELECT FROM ${name}`)).rowCount, 0)
  })

  test('a database says what it refused without repeating values', async () => {
    const error = await refused(db().query(`SELECT 'secret'::int`))
    assert.ok(isPieceworkError(error, 'database') && !error.message.includes('secret'))
    assert.match(String((error.cause as Error).message), /secret/)
    assert.equal(error.retryable, false)
  })
}
