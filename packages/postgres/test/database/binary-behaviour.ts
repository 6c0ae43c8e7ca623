import assert from 'node:assert/strict'
import type { Database } from '@piecework/core'
import { BinaryRows } from '@piecework/postgres'
import type { LawTest } from '@piecework/testkit'
import fc from 'fast-check'
import { refused, table } from './support.js'

interface Row {
  readonly id: string | null
  readonly number: number | null
  readonly bytes: Uint8Array | null
}

const columns = ['at', 'id', 'number', 'bytes']
const sqlColumns = 'at int, id uuid, number int, bytes bytea'

/** How every `Database` of ours copies rows in the format `binary`. */
export function binaryBehaviour(test: LawTest, db: () => Database): void {
  const copy = (name: string, chunks: AsyncIterable<Uint8Array>) =>
    db().transaction((tx) => tx.copyIn({ table: name, columns, format: 'binary' }, chunks))

  test('binary: rows come back as they were written, in whatever chunks', async () => {
    const name = await table(db(), sqlColumns)
    const row = fc.record({
      id: fc.option(fc.oneof(fc.uuid(), fc.constant('ffffffff-ffff-ffff-ffff-ffffffffffff'))),
      number: fc.option(fc.oneof(fc.integer(), fc.constantFrom(-(2 ** 31), 2 ** 31 - 1, -1, 0))),
      bytes: fc.option(fc.oneof(fc.uint8Array(), fc.integer({ max: 300_000, min: 0 }).map(longBytes))),
    })
    const property = fc.asyncProperty(
      fc.array(row, { maxLength: 20 }),
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 300 }),
      async (rows, each, room) => {
        await db().query(`TRUNCATE ${name}`)
        assert.equal(await copy(name, chunksOf(rows, each, new BinaryRows(room))), rows.length)
        const found = await db().query<Row>(`SELECT id, number, bytes FROM ${name} ORDER BY at`)
        assert.deepEqual(
          found.rows,
          rows.map((given) => ({ ...given, bytes: given.bytes && Buffer.from(given.bytes) })),
        )
      },
    )
    const examples = [1, 3, 300].flatMap((room) =>
      [1, 2, edgeRows.length].map((each): [Row[], number, number] => [edgeRows, each, room]),
    )
    await fc.assert(property, { numRuns: 20 + examples.length, examples })
  })

  test('binary: more than one part is counted and stored whole', async () => {
    const name = await table(db(), sqlColumns)
    const rows = Array.from({ length: 60 }, (_, number) => ({ id: null, number, bytes: longBytes(150_000) }))
    assert.equal(await copy(name, chunksOf(rows, 7, new BinaryRows())), 60)
    const { rows: found } = await db().query(
      `SELECT count(DISTINCT number)::int AS numbers, count(DISTINCT bytes)::int AS values, sum(length(bytes))::int AS size FROM ${name}`,
    )
    assert.deepEqual(found, [{ numbers: 60, values: 1, size: 9_000_000 }])
  })

  test('binary: no rows are no error', async () => {
    const name = await table(db(), sqlColumns)
    assert.equal(await copy(name, chunksOf([], 1, new BinaryRows())), 0)
  })

  test('binary: rows of another shape than their columns are refused and leave no row', async () => {
    const name = await table(db(), sqlColumns)
    const wrong: Readonly<Record<string, (rows: BinaryRows) => void>> = {
      'too few values': (rows) => rows.row(1),
      'too many values': (rows) => rows.row(5),
      'a long number': (rows) => {
        rows.row(4)
        rows.bytes(Buffer.alloc(8))
      },
    }
    for (const [what, write] of Object.entries(wrong)) {
      const rows = new BinaryRows()
      put(rows, 1, { id: null, number: 1, bytes: null })
      write(rows)
      for (let value = 0; value < 4; value += 1) rows.null()
      const error = await refused(copy(name, once(rows.take())))
      assert.ok(['22P03', '22P04'].includes(String(error.facts.sqlState)), `${what}: ${error.message}`)
    }
    assert.equal((await db().query(`SELECT FROM ${name}`)).rowCount, 0)
  })

  test('binary: a source that breaks is told as it is, and leaves no row', async () => {
    const name = await table(db(), sqlColumns)
    async function* broken() {
      yield* chunksOf([{ id: null, number: 1, bytes: null }], 1, new BinaryRows())
      throw new TypeError('the source broke')
    }
    await assert.rejects(copy(name, broken()), new TypeError('the source broke'))
    assert.equal((await db().query(`SELECT FROM ${name}`)).rowCount, 0)
  })
}

const highest = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/** NULL, nothing and the ends of ranges, and values that fit into no room. */
const edgeRows: Row[] = [
  { id: null, number: null, bytes: null },
  { id: highest, number: -(2 ** 31), bytes: new Uint8Array() },
  { id: '00000000-0000-0000-0000-000000000000', number: 2 ** 31 - 1, bytes: Uint8Array.of(0) },
  { id: highest, number: -1, bytes: Uint8Array.from({ length: 300_000 }, (_, at) => (at * 7) % 251) },
  { id: null, number: 0, bytes: Uint8Array.of(255, 254) },
]

const longBytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => (at * 7) % 251)

async function* chunksOf(rows: readonly Row[], each: number, writer: BinaryRows): AsyncGenerator<Uint8Array> {
  for (const [at, row] of rows.entries()) {
    put(writer, at, row)
    if (at % each === each - 1) yield writer.take()
  }
  if (writer.size > 0) yield writer.take()
}

function put(rows: BinaryRows, at: number, { id, number, bytes }: Row): void {
  rows.row(4)
  rows.int4(at)
  if (id === null) rows.null()
  else rows.uuid(at % 2 === 0 ? id : id.toUpperCase())
  if (number === null) rows.null()
  else rows.int4(number)
  if (bytes === null) rows.null()
  else rows.bytes(bytes)
}

async function* once(chunk: Uint8Array): AsyncGenerator<Uint8Array> {
  yield chunk
}
