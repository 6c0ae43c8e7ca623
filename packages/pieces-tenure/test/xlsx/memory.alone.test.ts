import assert from 'node:assert/strict'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { entriesOf } from '@piecework/core/piece'
import { heldMemory } from '@piecework/test-support'
import { suite } from 'uvu'
import { openWorkbook } from '#internal/xlsx/read/open-workbook.js'
import type { Spill } from '#internal/xlsx/spill.js'
import type { ColumnToWrite } from '#internal/xlsx/write/sheet-to-write.js'
import { workbook } from '#internal/xlsx/write/workbook.js'
import type { Rows } from './support.js'

const test = suite('workbooks: memory')

const megabyte = 1024 * 1024
const spill: Spill = { to: 'sheet', name: 'geometry', key: 'id', keyName: 'location_id' }
const columns: readonly ColumnToWrite[] = [
  { name: 'id', type: 'text' },
  ...Array.from(
    { length: 10 },
    (_, at) => ({ name: `c${at}`, type: at % 3 === 2 ? 'number' : 'text' }) as const,
  ),
  { name: 'geometry', type: 'text', spill },
]
const batchRows = 500

for (const [what, characters] of Object.entries({
  'short values': 0,
  'a long value in every hundredth row': 100_000,
}))
  test(`flat: 25,000 rows with ${what} are written and read in the memory of few`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'piecework-memory-'))
    try {
      await heldBy(join(folder, 'few.xlsx'), 1000, characters)
      const held = await heldBy(join(folder, 'many.xlsx'), 25_000, characters)
      assert.ok(held.written < 8, `${held.written.toFixed(1)} MB were held while writing`)
      assert.ok(held.read < 8, `${held.read.toFixed(1)} MB were held while reading`)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

test('the measure sees what is held', async () => {
  const all: Rows[] = []
  const before = heldMemory()
  for (const batch of batchesOf(20_000, 0)) all.push(batch)
  assert.ok((heldMemory() - before) / megabyte > 8)
  assert.equal(all.length, 40)
})

test.run()

/** The most that is held while so many rows go into a file and come back, in MB. */
async function heldBy(path: string, rows: number, characters: number) {
  const before = heldMemory()
  const most = { written: 0, read: 0 }
  const look = (when: keyof typeof most) => {
    most[when] = Math.max(most[when], (heldMemory() - before) / megabyte)
  }
  const looked = function* () {
    let batches = 0
    for (const batch of batchesOf(rows, characters)) {
      yield batch
      if (++batches % 10 === 0) look('written')
    }
  }
  const sheets = [{ name: 'locations', columns, rows: looked() }]
  await pipeline(workbook(sheets, { onFinding: () => {} }), createWriteStream(path))
  look('written')

  const { size } = await stat(path)
  const open = ({ start, end } = { start: 0, end: size }) => createReadStream(path, { start, end: end - 1 })
  const book = await openWorkbook(entriesOf([{ path, facts: { size }, open }]), path, {
    spills: { locations: { geometry: spill } },
  })
  const table = (await book.table('locations')) ?? assert.fail()
  let [read, long, looks] = [0, 0, 0]
  for await (const batch of table.rows()) {
    read += batch.length
    long += batch.filter(({ values }) => String(values.at(-1)).length === characters).length
    if (read > looks * 5000) {
      looks += 1
      look('read')
    }
  }
  assert.equal(read, rows)
  if (characters > 0) assert.equal(long, rows / 100)
  return most
}

function* batchesOf(rows: number, characters: number): Generator<Rows> {
  for (let at = 0; at < rows; at += batchRows)
    yield Array.from({ length: batchRows }, (_, index) => rowOf(at + index, characters))
}

function rowOf(row: number, characters: number) {
  const values = columns
    .slice(1, -1)
    .map(({ type }, at) => (type === 'number' ? row * 1.1 + at : `text ${row} ${at}`))
  const geometry =
    row % 100 === 0 && characters > 0 ? `${row} `.repeat(characters).slice(0, characters) : 'POINT(1 2)'
  return [`id ${row}`, ...values, geometry]
}
