import assert from 'node:assert/strict'
import type { Database } from '@piecework/core'
import type { LawTest } from '@piecework/testkit'
import { chunks, read, refused, table } from './support.js'

/** How every `Database` of ours copies. */
export function copyBehaviour(test: LawTest, db: () => Database): void {
  test('what COPY writes COPY reads: NULL, empty text, quotes, line ends and other letters', async () => {
    const name = await table(db(), 'id int, "odd "" name" text')
    const columns = ['id', 'odd " name']
    await db().query(`INSERT INTO ${name} VALUES (1, NULL), (2, ''), (3, E'a"b,c\\r\\nd'), (4, 'ä€😀')`)
    const out = await db().transaction((tx) => read(tx.copyOut(`SELECT * FROM ${name} ORDER BY id`)))
    assert.equal(out, 'id,"odd "" name"\n1,\n2,""\n3,"a""b,c\r\nd"\n4,ä€😀\n')
    const copy = await table(db(), 'id int, "odd "" name" text')
    const body = out.slice(out.indexOf('\n') + 1)
    const count = await db().transaction((tx) => tx.copyIn({ table: copy, columns }, chunks(body)))
    assert.equal(count, 4)
    const { rows } = await db().query(`SELECT FROM ${copy} c JOIN ${name} n ON c IS NOT DISTINCT FROM n`)
    assert.equal(rows.length, 4)
  })

  test('rows of many chunks are all counted, and more than one part comes out whole', async () => {
    const name = await table(db(), 'id int, text text')
    const pad = 'x'.repeat(900)
    async function* rows() {
      for (let id = 0; id < 12_000; id++) yield Buffer.from(`${id},${pad}\n`)
    }
    const target = { table: name, columns: ['id', 'text'] }
    assert.equal(await db().transaction((tx) => tx.copyIn(target, rows())), 12_000)
    const out = await db().transaction((tx) =>
      read(tx.copyOut(`SELECT id, text FROM ${name} UNION ALL SELECT -1, repeat('y', 1000000) ORDER BY id`)),
    )
    const lines = out.split('\n')
    assert.equal(lines.length, 12_003)
    assert.deepEqual([lines[1], lines[12_001]], [`-1,${'y'.repeat(1_000_000)}`, `11999,${pad}`])
  })

  test('no rows are no error', async () => {
    const name = await table(db(), 'a int')
    const none = (async function* (): AsyncGenerator<Uint8Array> {})()
    assert.equal(await db().transaction((tx) => tx.copyIn({ table: name, columns: ['a'] }, none)), 0)
    assert.equal(await db().transaction((tx) => read(tx.copyOut(`SELECT a FROM ${name}`))), 'a\n')
  })

  test('a source that breaks is told as it is, and leaves no row', async () => {
    const name = await table(db(), 'a int')
    async function* broken() {
      yield Buffer.from('1\n')
      throw new TypeError('the source broke')
    }
    const copying = db().transaction((tx) => tx.copyIn({ table: name, columns: ['a'] }, broken()))
    await assert.rejects(
      copying,
      (error) => error instanceof TypeError && error.message === 'the source broke',
    )
    assert.equal((await db().query(`SELECT FROM ${name}`)).rowCount, 0)
  })

  test('a row that does not fit is refused, ends the source and leaves no row', async () => {
    const name = await table(db(), 'a int')
    let ended = false
    async function* rows() {
      try {
        yield Buffer.from('1\n')
        for (;;) {
          await new Promise((resolve) => setTimeout(resolve, 1))
          yield Buffer.from(`${'no number'.repeat(20_000)}\n`)
        }
      } finally {
        ended = true
      }
    }
    const error = await refused(db().transaction((tx) => tx.copyIn({ table: name, columns: ['a'] }, rows())))
    assert.deepEqual([error.code, error.facts.sqlState], ['database', '22P02'])
    assert.equal(ended, true)
    assert.equal((await db().query(`SELECT FROM ${name}`)).rowCount, 0)
  })

  test('a COPY that the database refuses is told, at its start and in its middle', async () => {
    const start = db().transaction((tx) => read(tx.copyOut('SELECT nothing')))
    assert.equal((await refused(start)).facts.sqlState, '42703')
    const middle = db().transaction((tx) => read(tx.copyOut('SELECT 1 / (5000 - generate_series(1, 9000))')))
    assert.equal((await refused(middle)).facts.sqlState, '22012')
  })

  test('a consumer that stops early ends the COPY and keeps a usable transaction', async () => {
    const name = await table(db(), 'a int')
    await db().transaction(async (tx) => {
      await tx.query(`INSERT INTO ${name} VALUES (1)`)
      for await (const part of tx.copyOut('SELECT generate_series(1, 3000000)')) {
        assert.ok(part.length > 0)
        break
      }
      await tx.query(`INSERT INTO ${name} VALUES (2)`)
    })
    assert.equal((await db().query(`SELECT FROM ${name}`)).rowCount, 2)
  })

  test('a statement in the middle of a COPY is refused instead of waiting for ever', async () => {
    await db().transaction(async (tx) => {
      for await (const _ of tx.copyOut('SELECT 1')) {
        assert.equal((await refused(tx.query('SELECT 2'))).code, 'unsupported')
      }
      await tx.query('SELECT 3')
    })
  })

  test('an abort frees the connection though the consumer of a COPY never comes back', async () => {
    const controller = new AbortController()
    const stuck = db().transaction(
      async (tx) => {
        for await (const _ of tx.copyOut('SELECT generate_series(1, 3000000)')) {
          controller.abort(new Error('enough'))
          await new Promise(() => {})
        }
      },
      { signal: controller.signal },
    )
    await assert.rejects(stuck, /enough/)
    assert.equal((await db().query('SELECT 1')).rowCount, 1)
  })

  test('an abort ends a COPY whose source gives nothing more', async () => {
    const name = await table(db(), 'a int')
    const controller = new AbortController()
    async function* slow() {
      yield Buffer.from('1\n')
      setTimeout(() => controller.abort(new Error('enough')), 20)
      await new Promise((resolve) => setTimeout(resolve, 200))
      yield Buffer.from('2\n')
    }
    const copying = db().transaction((tx) => tx.copyIn({ table: name, columns: ['a'] }, slow()), {
      signal: controller.signal,
    })
    await assert.rejects(copying, /enough/)
    assert.equal((await db().query(`SELECT FROM ${name}`)).rowCount, 0)
  })
}
