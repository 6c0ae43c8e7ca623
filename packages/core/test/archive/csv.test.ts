import assert from 'node:assert/strict'
import { type CsvRow, csvLine, csvRows, openCsv } from '@piecework/core/piece'
import fc from 'fast-check'
import { suite } from 'uvu'
import { bytesOf, chunks } from './support.js'

const test = suite('csv')

type Table = (string | null)[][]
const tricky = ['', '\\.', '"', '\\N', 'NULL', '\n\\.\n', ',']
/** Each of them alone in a row, and before and behind each other. */
const tableCases: Table[] = [
  [],
  [[null]],
  [null, ...tricky, '\r', '\r\n', '""', '"\n"', ' ', 'é😀'].map((one) => [one]),
  [null, ...tricky].flatMap((one) => [null, ...tricky].map((other) => [one, other])),
]

const value = fc.option(
  fc.oneof(
    fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', '\\', '.', ' ', 'é', '😀'), maxLength: 8 }),
    fc.string({ unit: 'binary', maxLength: 8 }).map((text) => text.replaceAll('\0', '')),
    fc.constantFrom(...tricky),
  ),
)
const table = fc
  .integer({ min: 1, max: 4 })
  .chain((columns) =>
    fc.array(fc.array(value, { minLength: columns, maxLength: columns }), { maxLength: 20 }),
  )

test('hostile bytes: a batch holds few fields however many columns there are, and others run in between', async () => {
  const text = `${Array.from({ length: 2000 }, (_, at) => `c${at}`).join(',')}\n${`x${','.repeat(1999)}\n`.repeat(300)}`
  let [batches, turns, rows] = [0, 0, 0]
  let turn = setImmediate(function again() {
    turns += 1
    turn = setImmediate(again)
  })
  for await (const batch of csvRows(chunks(text, 2 ** 20))) {
    assert.ok(batch.length * 2000 <= 20_000, `a batch of ${batch.length} rows`)
    batches += 1
    rows += batch.length
  }
  clearImmediate(turn)
  assert.equal(rows, 300)
  assert.ok(turns >= batches - 1, `${turns} turns in ${batches} batches`)
})

test('hostile bytes: rows come in batches that a host may spread, however short they are', async () => {
  let [most, rows] = [0, 0]
  for await (const batch of csvRows(chunks(`a\n${'\n'.repeat(300_000)}`, 2 ** 20))) {
    most = Math.max(most, batch.length)
    rows += batch.length
  }
  assert.equal(rows, 300_000)
  assert.ok(most <= 10_000, `a batch of ${most}`)
})

test('what is written is read again, however the bytes are cut', async () => {
  const property = fc.asyncProperty(table, fc.integer({ min: 1, max: 40 }), async (rows, step) => {
    const columns = (rows[0] ?? ['x']).map((_, index) => `column ${index}, "quoted"`)
    const text = csvLine(columns) + rows.map(csvLine).join('')
    assert.deepEqual(
      await all(csvRows(chunks(text, step))),
      rows.map((row) => rowOf(columns, row)),
    )

    const csv = await openCsv(chunks(text, step))
    assert.deepEqual(csv.columns, columns)
    assert.equal((await bytesOf(csv.records)).toString(), rows.map(csvLine).join(''))
    assert.equal(csv.rows(), rows.length)
  })
  const examples = [1, 2, 3, 40].flatMap((step) => tableCases.map((rows): [Table, number] => [rows, step]))
  await fc.assert(property, { numRuns: 400, examples })
})

test('hostile archives: however hostile bytes are cut, they are read alike or refused alike', async () => {
  const hostile = fc.string({
    unit: fc.constantFrom('a', '"', ',', '\n', '\r', '\\', '.', '\0'),
    maxLength: 25,
  })
  const property = fc.asyncProperty(hostile, fc.integer({ min: 1, max: 9 }), async (text, step) => {
    const whole = await outcome(`x,y\n${text}`, 1000)
    assert.deepEqual(await outcome(`x,y\n${text}`, step), whole)
  })
  const cases = [
    '"a"\n',
    '"a","\n',
    'a,"b\n"\n',
    'a,"b""',
    '\\.\n',
    'a,b\n\\.',
    'a\r\nb,\r',
    '\n\n',
    'a,\0\n',
    '"a"b,c\n',
  ]
  const examples = [1, 2, 3, 4].flatMap((step) => cases.map((text): [string, number] => [text, step]))
  await fc.assert(property, { numRuns: 500, examples })
})

test('chunks end at the end of a record and are of a middling size', async () => {
  const lines = Array.from({ length: 30_000 }, (_, i) => csvLine([String(i), i % 3 ? 'plain' : 'two\nlines']))
  const csv = await openCsv(chunks(`a,b\n${lines.join('')}`, 7777))
  const sizes: number[] = []
  let read = 0
  for await (const chunk of csv.records) {
    const records = await all(csvRows(chunks(Buffer.concat([Buffer.from('a,b\n'), chunk]))))
    read += records.length
    assert.equal(csv.rows(), read)
    sizes.push(chunk.length)
  }
  assert.equal(read, lines.length)
  for (const size of sizes.slice(0, -1)) assert.ok(size >= 64 * 1024 && size <= 256 * 1024, `${size} bytes`)
})

test('one column: an empty line is NULL, a quoted nothing is empty', async () => {
  assert.deepEqual(await all(csvRows(chunks('a\n\n""\n\n'))), [{ a: null }, { a: '' }, { a: null }])
})

const refusals: Record<string, [text: string, message: RegExp]> = {
  'a quote inside an unquoted field': ['a,b\n1,x"y"\n', /Record 2 has a quote inside/],
  'text behind a closing quote': ['a,b\n1,2\n1,"x"y\n', /Record 3 has text behind/],
  'a quote that does not end': ['a,b\n1,"x\n1,2\n', /Record 2 has a quoted field that does not end/],
  'too few fields': ['a,b\n1\n', /Record 2 has 1 fields where the header has 2/],
  'too many fields': ['a,b\n1,"x,y",3\n', /Record 2 has 3 fields/],
  'too few fields in the last line': ['a,b\n1,2\n3', /Record 3 has 1 fields/],
  'an empty line': ['a,b\n1,2\n\n', /Record 3 has 1 fields/],
  'a NUL byte': ['a,b\n1,2\n3,\0\n', /Record 3 has a NUL byte/],
  'a quoted NUL byte': ['a,b\n1,"\0"\n', /Record 2 has a NUL byte/],
  'a carriage return': ['a,b\r\n1,2\r\n', /header record is not CSV/],
  'a carriage return in a record': ['a,b\n1,2\r\n', /Record 2 has a carriage return/],
  'the end-of-data mark': ['a\n1\n\\.\n2\n', /Record 3 is the end-of-data mark/],
  'the end-of-data mark at the end': ['a\n1\n\\.', /Record 3 is the end-of-data mark/],
  'no header': ['', /header record is missing/],
  'a header that does not end': ['a,b', /header record is missing/],
  'a header with a nameless column': ['a,\n', /column 2 has no name/],
  'a header that names a column twice': ['a,a\n', /column 2 has the name "a", which is taken/],
  'a header with loose quotes': ['a,"b"c\n', /header record is not CSV/],
}
for (const [what, [text, message]] of Object.entries(refusals))
  test(`hostile archives: ${what} is refused`, async () => {
    for (const step of [1, 2, 3, 1000])
      await assert.rejects(all(csvRows(chunks(text, step))), { code: 'archive-invalid', message })
  })

test('names are data: a column may be named like a member of every object', async () => {
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty']
  const [row] = await all(csvRows(chunks(`${names.join()}\n1,2,,4\n`)))
  assert.deepEqual(
    Object.entries(row ?? {}),
    names.map((name, at) => [name, ['1', '2', null, '4'][at]]),
  )
  assert.equal(Object.getPrototypeOf(row), Object.prototype)
})

test('hostile archives: bytes that are not UTF-8 are refused', async () => {
  const bytes = Buffer.concat([Buffer.from('a\n1\n'), Buffer.from([0xff, 0x0a])])
  await assert.rejects(all(csvRows(chunks(bytes))), { code: 'archive-invalid', message: /not UTF-8/ })
})

test('hostile archives: a record that does not end within the limit is refused', async () => {
  const text = `a\n1\n"${'x'.repeat(100_000)}"\n`
  const long = csvRows(chunks(text), { maxRecordBytes: 50_000 })
  await assert.rejects(all(long), { code: 'archive-invalid', message: /Record 3 is longer than 50000/ })
  assert.equal((await all(csvRows(chunks(text), { maxRecordBytes: 200_000 }))).length, 2)
})

test('`\\.` is data where it is quoted or not alone', async () => {
  const rows = await all(csvRows(chunks('a,b\n\\.,1\n"\\.",2\n3,\\.\n"\n\\.\n",4\n')))
  assert.deepEqual(
    rows.map(({ a }) => a),
    ['\\.', '\\.', '3', '\n\\.\n'],
  )
})

test('closing a file, or a bad header, ends its source', async () => {
  for (const header of ['a\n', 'a,a\n']) {
    let ended = false
    const source = (async function* () {
      try {
        yield Buffer.from(header)
        yield Buffer.from('1\n')
      } finally {
        ended = true
      }
    })()
    await openCsv(source).then(
      (csv) => csv.close(),
      () => undefined,
    )
    assert.ok(ended)
  }
})

test.run()

async function all(batches: AsyncIterable<readonly CsvRow[]>): Promise<CsvRow[]> {
  const rows: CsvRow[] = []
  for await (const batch of batches) rows.push(...batch)
  return rows
}

const rowOf = (columns: readonly string[], values: readonly (string | null)[]): CsvRow =>
  Object.fromEntries(columns.map((name, index) => [name, values[index] ?? null]))

async function outcome(text: string, step: number): Promise<unknown> {
  return all(csvRows(chunks(text, step))).catch((error: Error) => error.message)
}
