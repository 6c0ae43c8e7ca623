import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '@piecework/core'
import type { Queryable } from '@piecework/core/piece'
import { fromKnex, fromPg } from '@piecework/postgres'
import { needsServer, type ScratchDatabase, scratchDatabase } from '@piecework/test-support'
import knexOf from 'knex'
import pg from 'pg'
import { suite } from 'uvu'
import { scratchEmbedded } from '../scratch-embedded.js'
import { chunks, read } from './support.js'

/** What a host may have set, and what is read or written while we work. */
const pinned: readonly (readonly [name: string, host: string, ours: string])[] = [
  ['search_path', 'nowhere', '"public"'],
  ['client_encoding', 'LATIN1', 'UTF8'],
  ['TimeZone', 'Asia/Tokyo', 'UTC'],
  ['DateStyle', 'German', 'ISO, YMD'],
  ['IntervalStyle', 'iso_8601', 'postgres'],
  ['extra_float_digits', '-10', '1'],
  ['bytea_output', 'escape', 'hex'],
  ['lc_monetary', 'C.UTF-8', 'C'],
  ['xmloption', 'document', 'content'],
  ['array_nulls', 'off', 'on'],
  ['standard_conforming_strings', 'off', 'on'],
  ['transform_null_equals', 'on', 'off'],
  ['quote_all_identifiers', 'on', 'off'],
  ['row_security', 'on', 'off'],
  ['gin_fuzzy_search_limit', '7', '0'],
  ['statement_timeout', '60000', '0'],
  ['lock_timeout', '60000', '0'],
  ['idle_in_transaction_session_timeout', '60000', '0'],
  ['jit', 'on', 'off'],
]
const hosts = pinned.map(([name, host]) => `SET ${name} = '${host}'`).join(';')
const shown = `SELECT ${pinned.map(([name]) => `current_setting('${name}') AS "${name}"`).join(', ')}`
const ours = Object.fromEntries(pinned.map(([name, , value]) => [name, value]))

type Open = (url: string) => { readonly db: Database; close(): Promise<unknown> }

const adapters: Readonly<Record<string, Open>> = {
  fromPg: (connectionString) => {
    const pool = new pg.Pool({ connectionString, max: 1 })
    pool.on('connect', (client) => void client.query(hosts))
    return { db: fromPg(pool), close: () => pool.end() }
  },
  fromKnex: (connectionString) => {
    const afterCreate = (client: pg.Client, done: (error: Error | null, client: pg.Client) => void) =>
      client.query(hosts, (error) => done(error, client))
    const knex = knexOf({
      client: 'pg',
      connection: { connectionString },
      pool: { min: 0, max: 1, afterCreate },
    })
    return { db: fromKnex(knex), close: () => knex.destroy() }
  },
}

for (const [name, open] of Object.entries(adapters)) {
  const test = needsServer(suite(`settings of the host, ${name}`))
  let scratch: ScratchDatabase
  let opened: ReturnType<Open>
  test.before(async () => {
    scratch = await scratchDatabase()
    opened = open(scratch.url)
  })
  test.after(async () => {
    await opened.close()
    await scratch.drop()
  })
  settingsBehaviour(test, () => opened.db)
  test.run()
}

function settingsBehaviour(test: (name: string, run: () => Promise<void>) => void, db: () => Database): void {
  test('do not show in queries, nor in transactions that read or write', async () => {
    const read = (tx: Pick<Database, 'query'>) => tx.query<Record<string, string>>(shown)
    assert.deepEqual((await read(db())).rows, [ours])
    assert.deepEqual((await db().transaction(read)).rows, [ours])
    assert.deepEqual((await db().transaction(read, { readOnly: true })).rows, [ours])
  })

  test('do not change values on the way out and in', async () => {
    const out = await db().transaction((tx) =>
      read(
        tx.copyOut(`SELECT 1234.5::money AS a, ARRAY['NULL', NULL] AS b, '1 day'::interval AS c, 'é' AS d`),
      ),
    )
    assert.equal(out, 'a,b,c,d\n"$1,234.50","{""NULL"",NULL}",1 day,é\n')
    const found = await db().transaction(async (tx) => {
      await tx.query('CREATE TEMPORARY TABLE taken (a money, b text[], c xml, d text) ON COMMIT DROP')
      await tx.copyIn(
        { table: 'pg_temp.taken', columns: ['a', 'b', 'c', 'd'] },
        chunks('"$1,234.50","{""NULL"",NULL}",text <b/>,é\n'),
      )
      return tx.query(`SELECT a::text, b[2] IS NULL AS b, c::text, length(d) AS d FROM pg_temp.taken`)
    })
    assert.deepEqual(found.rows, [{ a: '$1,234.50', b: true, c: 'text <b/>', d: 1 }])
  })

  for (const [setting, work] of [
    ['idle_in_transaction_session_timeout', () => sleep(300)],
    ['statement_timeout', (tx: Queryable) => tx.query('SELECT pg_sleep(2)')],
  ] as const)
    test(`what ends a transaction all the same is told by its name: ${setting}`, async () => {
      const ended = db().transaction(async (tx) => {
        await tx.query(`SET LOCAL ${setting} = 100`)
        await work(tx)
        await tx.query('SELECT 1')
      })
      await assert.rejects(
        ended,
        new RegExp(`by the setting ${setting} of the role, the database or the server`),
      )
      assert.equal((await db().query('SELECT 1 AS one')).rows.length, 1)
    })
}

const onServer = needsServer(suite('settings of the host, its own transaction'))

onServer('are what they were, when what we did is done', async () => {
  const scratch = await scratchDatabase()
  const knex = knexOf({ client: 'pg', connection: scratch.url, pool: { min: 0, max: 1 } })
  try {
    await knex.transaction(async (trx) => {
      await trx.raw(hosts)
      const before = (await trx.raw(shown)).rows
      const inside = await fromKnex(trx).transaction((tx) => tx.query(shown))
      assert.deepEqual(inside.rows, [ours])
      assert.deepEqual((await trx.raw(shown)).rows, before)
    })
  } finally {
    await knex.destroy()
    await scratch.drop()
  }
})

onServer('a transaction of ours leaves nothing behind on the connection', async () => {
  const scratch = await scratchDatabase()
  const pool = new pg.Pool({ connectionString: scratch.url, max: 1 })
  try {
    await pool.query(hosts)
    const before = (await pool.query(shown)).rows
    await fromPg(pool).transaction((tx) => tx.query('SELECT 1'))
    await fromPg(pool).query('SELECT 1')
    assert.deepEqual((await pool.query(shown)).rows, before)
  } finally {
    await pool.end()
    await scratch.drop()
  }
})

onServer('a deferred trigger runs on the search path of the host', async () => {
  const scratch = await scratchDatabase()
  const pool = new pg.Pool({ connectionString: scratch.url, max: 1, options: '-c search_path=app,public' })
  try {
    await pool.query(`CREATE SCHEMA app; CREATE TABLE app.log (a int); CREATE TABLE public.log (a int);
      CREATE TABLE public.t (a int);
      CREATE FUNCTION app.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (1); RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER note AFTER INSERT ON public.t DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION app.note()`)
    await fromPg(pool).query('INSERT INTO public.t VALUES (1)')
    const { rows } = await pool.query(
      'SELECT (SELECT count(*)::int FROM app.log) AS app, (SELECT count(*)::int FROM public.log) AS public',
    )
    assert.deepEqual(rows, [{ app: 1, public: 0 }])
  } finally {
    await pool.end()
    await scratch.drop()
  }
})
onServer.run()

const inProcess = suite('settings of the host, embedded')
let db: Awaited<ReturnType<typeof scratchEmbedded>>
inProcess.before(async () => {
  db = await scratchEmbedded()
})
inProcess.after(() => db.close())
inProcess('do not show in transactions', async () => {
  // Outside of our transactions the session keeps what it was set to.
  await db.query(hosts.replace(`'C.UTF-8'`, `'POSIX'`))
  const { rows } = await db.query<Record<string, string>>(shown)
  assert.deepEqual(rows, [ours])
  // Which few servers have, and the embedded database has.
  const timeout = `SELECT current_setting('transaction_timeout') AS v`
  await db.query('SET transaction_timeout = 60000')
  assert.deepEqual((await db.query(timeout)).rows, [{ v: '0' }])
  assert.deepEqual((await db.transaction((tx) => tx.query(timeout))).rows, [{ v: '0' }])
})
inProcess.run()
