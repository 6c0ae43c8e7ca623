import assert from 'node:assert/strict'
import fc from 'fast-check'
import { suite } from 'uvu'
import { escapeCellText, unescapeCellText } from '#internal/xlsx/cell-text.js'
import type { Spill } from '#internal/xlsx/spill.js'
import type { ColumnToWrite } from '#internal/xlsx/write/sheet-to-write.js'
import { batches, readBack, written } from './support.js'

const test = suite('workbooks: what is written reads back')

/** Everything that needs care, more often than chance brings it. */
const awkward = fc.constantFrom(
  '_x0001_',
  '_x005F_',
  '_x0041',
  '_',
  'x0001_',
  '\0',
  '\x01',
  '\x1f',
  '\t',
  '\r',
  '\n',
  '\r\n',
  '\ufffe',
  '\uffff',
  ' ',
  "'",
  '=',
  '&',
  '<',
  ']]>',
  '"',
  '\u{1f600}',
  '\u00e9',
  'see sheet long',
)
const texts = fc
  .array(fc.oneof(awkward, fc.string({ unit: 'grapheme', maxLength: 5 })), { maxLength: 40 })
  .map((parts) => parts.join(''))
const numbers = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.constant(-0))
const orNull = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: null })

const long: Spill = { to: 'sheet', name: 'long', key: 'id', keyName: 'row_id' }
const columns: readonly ColumnToWrite[] = [
  { name: 'id', type: 'text' },
  { name: '=name', type: 'text', spill: long },
  { name: 'note', type: 'text', spill: long },
  { name: 'text', type: 'text', spill: { to: 'csv', name: 'rest', key: 'id', keyName: 'row_id' } },
  { name: 'size', type: 'number' },
  { name: 'is it', type: 'boolean' },
]

test('any rows, in sheets and cells however small', async () => {
  const withoutNul = texts.map((text) => text.replaceAll('\0', '\x02'))
  const row = fc.tuple(
    orNull(texts),
    orNull(texts),
    orNull(withoutNul),
    orNull(numbers),
    orNull(fc.boolean()),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { maxLength: 12 }),
      fc.integer({ min: 2, max: 9 }),
      async (given, sheetRows) => {
        const rows = given.map((values, at) => [`-${at}`, ...values])
        const sheet = { name: 'places', columns, rows: batches(rows) }
        const book = await written([sheet], { limits: { sheetRows, cellCharacters: 64 } })
        const back = await readBack(book, sheet)
        assert.deepEqual(
          back.columns,
          columns.map(({ name }) => name),
        )
        assert.deepEqual(back.rows, rows)
      },
    ),
    { numRuns: 60 },
  )
})

test('any text of a cell', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const cell = escapeCellText(text)
      assert.equal(unescapeCellText(cell), text)
      assert.doesNotMatch(cell.replaceAll(/[\t\n\x7f-\x9f]/g, ''), /[\p{Cc}\ufffe\uffff]/u)
    }),
    { numRuns: 3000 },
  )
})

test.run()
