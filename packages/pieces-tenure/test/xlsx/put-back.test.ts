import assert from 'node:assert/strict'
import { readZip } from '@piecework/test-support/fixtures/read-zip.js'
import { zipOf } from '@piecework/test-support/fixtures/zip-of.js'
import { suite } from 'uvu'
import type { Spill } from '#internal/xlsx/spill.js'
import { batches, opened, type Rows, written } from './support.js'

const test = suite('workbooks: long values are put back')

const spill: Spill = { to: 'sheet', name: 'geometry', key: 'id', keyName: 'location_id' }
const mark = 'see sheet geometry'

/** What is read of a workbook that somebody has edited. */
async function edited(places: Rows, parts: Rows, columns = ['location_id', 'part', 'text']) {
  const text = (name: string) => ({ name, type: name === 'part' ? ('number' as const) : ('text' as const) })
  const { bytes } = await written([
    { name: 'places', columns: ['id', 'shape', 'note'].map(text), rows: batches(places) },
    { name: 'geometry', columns: columns.map(text), rows: batches(parts) },
  ])
  const book = await opened(bytes, { spills: { places: { shape: spill } } })
  const rows: (readonly unknown[])[] = []
  for await (const batch of (await book.table('places'))?.rows() ?? [])
    rows.push(...batch.map(({ values }) => values))
  return rows
}

test('in whatever order rows and parts stand', async () => {
  const parts = [
    ['b', 2, '4'],
    ['a', 3, '3'],
    ['gone', 1, 'x'],
    ['a', 1, '1'],
    ['b', 1, '3'],
    ['a', 2, '2'],
  ]
  assert.deepEqual(
    await edited(
      [
        ['b', mark, mark],
        ['a', mark, null],
        ['c', 'short', null],
      ],
      parts,
    ),
    [
      ['b', '34', mark],
      ['a', '123', null],
      ['c', 'short', null],
    ],
  )
})

test('a value that stands in the cell itself is the value', async () => {
  assert.deepEqual(await edited([['a', 'new', null]], [['a', 1, 'old']]), [['a', 'new', null]])
})

test('parts that are missing, twice there or nobody knows whose are refused', async () => {
  const places = [['a', mark, null]]
  const place = /^book\.xlsx, sheet places, cell B2: the value is not whole where "see sheet geometry" says/
  await assert.rejects(edited(places, []), { message: place })
  await assert.rejects(edited(places, [['a', 2, 'x']]), { message: place })
  await assert.rejects(edited(places, [['b', 1, 'x']]), { message: place })
  await assert.rejects(edited([[null, mark, null]], [['b', 1, 'x']]), { message: place })
  const twice = [
    ['a', 1, 'x'],
    ['a', 1, 'y'],
  ]
  await assert.rejects(edited(places, twice), {
    message: /sheet geometry, cell C3: part 1 .* was there before/,
  })
  for (const part of [0, 1.5, null, 'x'])
    await assert.rejects(edited(places, [['a', part, 'x']]), {
      message: /sheet geometry, cell C2: a part of a long value/,
    })
  await assert.rejects(edited(places, [[null, 1, 'x']]), { message: /a part of a long value/ })
  await assert.rejects(edited(places, [], ['location_id', 'part', 'txt']), {
    message: /there is no column location_id, part or text/,
  })
})

test('a continuing sheet with other columns is refused', async () => {
  const column = (name: string) => ({ name, type: 'text' as const })
  const { bytes } = await written([
    { name: 'places', columns: [column('a')], rows: batches([['1']]) },
    { name: 'other', columns: [column('b')], rows: batches([['2']]) },
  ])
  const parts = [...(await readZip(bytes))].map(([name, part]) => ({
    name,
    bytes: Buffer.from(String(part).replace('name="other"', 'name="Places (2)"')),
  }))
  const table = await (await opened(zipOf(parts))).table('places')
  await assert.rejects(
    async () => {
      for await (const _ of table?.rows() ?? []);
    },
    { message: 'book.xlsx, sheet Places (2): its columns are not those of the sheet that it continues' },
  )
})

test.run()
