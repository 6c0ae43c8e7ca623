import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { isPieceworkError, zipFiles } from '@piecework/core/piece'
import { readZip } from '@piecework/test-support/fixtures/read-zip.js'
import { suite } from 'uvu'
import type { Spill } from '#internal/xlsx/spill.js'
import type { ColumnToWrite } from '#internal/xlsx/write/sheet-to-write.js'
import { workbook, workbookFiles } from '#internal/xlsx/write/workbook.js'
import { batches, opened, type Rows, readBack, written } from './support.js'

const test = suite('workbooks: the limits of the format')

const id: ColumnToWrite = { name: 'id', type: 'text' }
const toSheet: Spill = { to: 'sheet', name: 'geometry', key: 'id', keyName: 'location_id' }
const toCsv: Spill = { to: 'csv', name: 'locations-long', key: 'id', keyName: 'location_id' }
const sheetOf = (columns: readonly ColumnToWrite[], rows: Rows, name = 'locations') => ({
  name,
  columns,
  rows: batches(rows),
})

const failsWith = (code: string, message: RegExp) => (error: unknown) => {
  assert.ok(isPieceworkError(error), String(error))
  assert.equal(error.code, code)
  assert.match(error.message, message)
  return true
}

test('a text of 32,767 characters stands in its cell, one more in the sheet of long values', async () => {
  const geometry: ColumnToWrite = { name: 'geometry', type: 'text', spill: toSheet }
  const rows = [
    ['a', 'x'.repeat(32_767)],
    ['b', 'y'.repeat(32_768)],
    ['c', `=${'z'.repeat(32_766)}`],
    ['d', `${'0'.repeat(32_766)}\u{1f600}${'1'.repeat(70_000)}`],
    ['e', null],
  ]
  const sheet = sheetOf([id, geometry], rows)
  const book = await written([sheet])
  assert.deepEqual((await readBack(book, sheet)).rows, rows)
  const parts = await readBack(book, { name: 'geometry', columns: [] })
  assert.deepEqual(parts.columns, ['location_id', 'part', 'text'])
  assert.deepEqual(
    parts.rows.map(([key, part, text]) => [key, part, String(text).length]),
    [
      ['b', 1, 32_767],
      ['b', 2, 1],
      ['c', 1, 16_384],
      ['c', 2, 16_383],
      ['d', 1, 32_766],
      ['d', 2, 32_767],
      ['d', 3, 32_767],
      ['d', 4, 4468],
    ],
  )
  const { message, ...finding } = book.findings[0] ?? assert.fail()
  assert.match(message, /the sheet geometry/)
  assert.deepEqual(finding, {
    severity: 'warning',
    code: 'tenure/long-values',
    file: 'locations',
    line: 3,
    column: 'geometry',
    count: 3,
  })
  assert.equal(book.findings.length, 1)
})

test('long values of several columns go to one CSV file beside the workbook', async () => {
  const columns: ColumnToWrite[] = [
    id,
    ...['a', 'b'].map((name) => ({ name, type: 'text', spill: toCsv }) as const),
  ]
  const rows = [
    ['1', `-${'x'.repeat(100)},"\r\n`, 'short'],
    ['2', null, 'y'.repeat(70_000)],
    ['3', 'see locations-long.csv', ''],
  ]
  const sheet = sheetOf(columns, rows)
  const book = await written([sheet], { limits: { cellCharacters: 64 } })
  assert.deepEqual(Object.keys(book.csv), ['locations-long.csv'])
  const text = String(book.csv['locations-long.csv'])
  assert.ok(text.startsWith(`location_id,column,text\n1,a,"'-xxx`), text.slice(0, 60))
  assert.deepEqual((await readBack(book, sheet)).rows, rows)
  assert.deepEqual(
    book.findings.map(({ column, count }) => [column, count]),
    [
      ['a', 2],
      ['b', 1],
    ],
  )
  assert.deepEqual(Object.keys((await written([sheetOf(columns, [['1', 'a', 'b']])])).csv), [])
})

test('the files stand in a zip, one after the other', async () => {
  const columns: ColumnToWrite[] = [id, { name: 'a', type: 'text', spill: toCsv }]
  const rows = [['1', 'x'.repeat(100_000)]]
  const sheet = sheetOf(columns, rows)
  const files = workbookFiles('book.xlsx', [sheet], { onFinding: () => {} })
  const { 'book.xlsx': bytes, ...csv } = Object.fromEntries(await readZip(await buffer(zipFiles(files))))
  assert.deepEqual(Object.keys(csv), ['locations-long.csv'])
  assert.deepEqual((await readBack({ bytes: bytes ?? assert.fail(), csv }, sheet)).rows, rows)
})

test('more rows than a sheet holds go on in the next, each with a header', async () => {
  const rows = Array.from({ length: 7 }, (_, at) => [`row ${at}`])
  const name = 'a name of thirty-one characters'
  const sheet = sheetOf([id], rows, name)
  const book = await written([sheet], { limits: { sheetRows: 4 } })
  const { sheets, table } = await opened(book.bytes)
  assert.deepEqual(sheets, [name, 'a name of thirty-one charac (2)', 'a name of thirty-one charac (3)'])
  const found: unknown[] = []
  for await (const batch of (await table(name))?.rows() ?? []) found.push(...batch)
  assert.deepEqual(
    found,
    rows.map((values, at) => ({ sheet: sheets[Math.floor(at / 3)], line: 2 + (at % 3), values })),
  )
  assert.deepEqual(
    book.findings.map(({ code, message }) => [code, message]),
    [['tenure/sheet-split', `The sheet ${name} has more rows than a sheet can have; they go on in 2 more.`]],
  )
})

test('as many rows as a sheet holds stand in one', async () => {
  const rows = [['1'], ['2'], ['3']]
  const book = await written([sheetOf([id], rows), sheetOf([id], [], 'empty')], { limits: { sheetRows: 4 } })
  assert.deepEqual((await opened(book.bytes)).sheets, ['locations', 'empty'])
  assert.deepEqual(book.findings, [])
  assert.deepEqual(await readBack(book, { name: 'EMPTY', columns: [] }), { columns: ['id'], rows: [] })
})

test('numbers that no double holds exactly are text, and nothing is lost', async () => {
  const digits = ['12345678901234567890', '0.1', '1.50', '-7', '1e400', 'NaN', '', '9007199254740993']
  const sheet = sheetOf(
    [{ name: 'n', type: 'number' }],
    [...digits, Number.NaN, Number.POSITIVE_INFINITY, 0.1 + 0.2, 5e-324, 1.7976931348623157e308].map((n) => [
      n,
    ]),
  )
  assert.deepEqual((await readBack(await written([sheet]), sheet)).rows.flat(), [
    '12345678901234567890',
    0.1,
    '1.50',
    -7,
    '1e400',
    'NaN',
    '',
    '9007199254740993',
    'NaN',
    'Infinity',
    0.30000000000000004,
    5e-324,
    1.7976931348623157e308,
  ])
})

test('a value of another type than its column becomes text', async () => {
  const columns = (['text', 'number', 'boolean'] as const).map((type) => ({ name: type, type }))
  const sheet = sheetOf(columns, [
    [1, true, 2],
    [false, '=x', 'true'],
  ])
  assert.deepEqual((await readBack(await written([sheet]), sheet)).rows, [
    ['1', 'true', '2'],
    ['false', '=x', 'true'],
  ])
})

test('surrogates that stand alone are replaced and reported', async () => {
  const sheet = sheetOf([id], [['a\ud800b'], ['\udc00'], ['\u{1f600}'], ['_xD800_']])
  const book = await written([sheet])
  assert.deepEqual((await readBack(book, sheet)).rows, [['a\ufffdb'], ['\ufffd'], ['\u{1f600}'], ['_xD800_']])
  assert.deepEqual(
    book.findings.map(({ code, line, count }) => ({ code, line, count })),
    [{ code: 'tenure/text-replaced', line: 2, count: 2 }],
  )
})

test('a NUL of a long value is replaced in its CSV file, which cannot hold it', async () => {
  const sheet = sheetOf([id, { name: 'a', type: 'text', spill: toCsv }], [['1', '\0'.repeat(70)]])
  const book = await written([sheet], { limits: { cellCharacters: 64 } })
  assert.deepEqual((await readBack(book, sheet)).rows, [['1', '\ufffd'.repeat(70)]])
  assert.deepEqual(book.findings.map(({ code }) => code).sort(), [
    'tenure/long-values',
    'tenure/text-replaced',
  ])
})

test('what begins like a formula is guarded in text columns and names, and nowhere else', async () => {
  const sheet = sheetOf(
    [
      { name: '=a', type: 'text' },
      { name: 'n', type: 'number' },
    ],
    [['@b', '-01']],
  )
  const { bytes } = await written([sheet])
  const raw = await opened(bytes, { unguard: (text) => text })
  const table = (await raw.table('locations')) ?? assert.fail()
  assert.deepEqual(table.columns, ["'=a", 'n'])
  for await (const [row] of table.rows()) assert.deepEqual(row?.values, ["'@b", '-01'])
})

for (const name of [
  '',
  ' ',
  'a'.repeat(32),
  'a/b',
  'a\\b',
  'a:b',
  'a?',
  'a*',
  '[a',
  'a]',
  "'a",
  "a'",
  'History',
  'a (2)',
  'a\n',
])
  test(`no sheet has the name ${JSON.stringify(name)}`, async () => {
    await assert.rejects(
      written([sheetOf([id], [], name)]),
      failsWith('options-invalid', /cannot have the name/),
    )
  })

test('what cannot be written is refused', async () => {
  const spilled: ColumnToWrite = { name: 'a', type: 'text', spill: toSheet }
  const refused = async (
    sheets: Parameters<typeof written>[0],
    message: RegExp,
    code = 'options-invalid',
  ) => {
    await assert.rejects(written(sheets, { limits: { cellCharacters: 64 } }), failsWith(code, message))
  }
  await refused([], /at least one sheet/)
  await refused([sheetOf([id], []), sheetOf([id], [], 'LOCATIONS')], /Two sheets have the name LOCATIONS/)
  await refused([sheetOf([], [])], /needs 1 to 16384 columns/)
  await refused([sheetOf([id, id], [])], /with different names/)
  await refused([sheetOf([{ name: 'x'.repeat(65), type: 'text' }], [])], /that fit a cell/)
  await refused([sheetOf([id], [['a', 'b']])], /Row 2 of sheet locations has 2 values for 1 columns/)
  await refused([sheetOf([spilled], [])], /cannot go to geometry/)
  await refused([sheetOf([id, spilled], []), sheetOf([id, spilled], [], 'b')], /cannot go to geometry/)
  const other = { ...spilled, name: 'b', spill: { ...toSheet, to: 'csv' } } as const
  await refused([sheetOf([id, spilled, other], [])], /cannot go to geometry/)
  const long = 'x'.repeat(65)
  await refused([sheetOf([id], [[long]])], /column "id" in row 2 .* 65 characters/, 'tenure/cell-too-long')
  await refused([sheetOf([id, spilled], [[null, long]])], /no id by which/, 'tenure/cell-too-long')
  await refused(
    [sheetOf([id, spilled], [['1', long]]), sheetOf([id], [], 'Geometry')],
    /Two sheets have the name geometry/,
  )
})

test('a workbook alone has no CSV files beside it', async () => {
  const onFinding = () => assert.fail()
  const sheets = [sheetOf([id, { name: 'a', type: 'text', spill: toCsv }], [])]
  await assert.rejects(
    buffer(workbook(sheets, { onFinding })),
    failsWith('options-invalid', /no place for the CSV/),
  )
  const plain = await buffer(workbook([sheetOf([id], [['1']])], { onFinding }))
  assert.deepEqual((await opened(plain)).sheets, ['locations'])
})

test('blanks that a spreadsheet might drop are marked as text', async () => {
  const { bytes } = await written([sheetOf([id], [[' a'], ['a '], ['a\nb'], ['a\tb'], ['a  b'], ['a b']])])
  const sheet = String((await readZip(bytes)).get('xl/worksheets/sheet1.xml'))
  const kept = [...sheet.matchAll(/<t xml:space="preserve">([^<]*)</g)].map(([, text]) => text)
  assert.deepEqual(kept, [' a', 'a ', 'a\nb', 'a\tb', 'a  b'])
})

test('equal rows have equal bytes', async () => {
  const one = await written([sheetOf([id], [['1'], ['2']])])
  await new Promise((done) => setTimeout(done, 2100))
  const other = await written([sheetOf([id], [['1'], ['2']])])
  assert.ok(one.bytes.equals(other.bytes))
})

test('rows end when the workbook is not read on, fails or is stopped', async () => {
  let [begun, ended] = [0, 0]
  const endless = async function* (): AsyncGenerator<Rows> {
    begun += 1
    try {
      for (let at = 0; ; at++) yield [[String(Math.sin(at)).repeat(100)]]
    } finally {
      ended += 1
    }
  }
  const make = (signal?: AbortSignal) =>
    workbook([{ name: 'a', columns: [id], rows: endless() }], {
      onFinding: () => {},
      ...(signal && { signal }),
    })
  let bytes = 0
  for await (const chunk of make()) {
    bytes += chunk.length
    if (bytes > 100_000) break
  }
  const stop = new AbortController()
  await assert.rejects(async () => {
    for await (const chunk of make(stop.signal)) {
      bytes += chunk.length
      if (bytes > 200_000) stop.abort(new Error('stopped'))
    }
  }, /stopped/)
  for (let waits = 0; ended < 2 && waits < 100; waits++) await new Promise((done) => setTimeout(done, 10))
  assert.deepEqual([begun, ended], [2, 2])
})

test('an error of the rows is the error of the workbook', async () => {
  const rows = (async function* (): AsyncGenerator<Rows> {
    yield [['1']]
    throw new Error('the rows are gone')
  })()
  await assert.rejects(written([{ name: 'a', columns: [id], rows }]), /the rows are gone/)
})

test.run()
