import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { skipUnless } from '@piecework/test-support'
import { readXlsx, writeXlsx } from 'hucre/xlsx'
import { suite } from 'uvu'
import type { ColumnToWrite } from '#internal/xlsx/write/sheet-to-write.js'
import { batches, opened, type Rows, written } from './support.js'

const columns: readonly ColumnToWrite[] = [
  { name: 'id', type: 'text' },
  { name: 'area', type: 'number' },
  { name: 'is public', type: 'boolean' },
  {
    name: 'geometry',
    type: 'text',
    spill: { to: 'sheet', name: 'geometry', key: 'id', keyName: 'location_id' },
  },
]
const rows: Rows = [
  ['a & <b>', 0.1, true, ' two  blanks '],
  ['\u00e9\u{1f600}', -1.5e-300, false, 'a\nb\tc'],
  ['=1+1', null, null, 'x'.repeat(40_000)],
  ['last', 12345678901, true, null],
]
const header = columns.map(({ name }) => name)
/** As another program sees it: guarded, and the long value where it is. */
const seen = [
  header,
  rows[0],
  rows[1],
  ["'=1+1", null, null, 'see sheet geometry'],
  rows[3],
  ['more 0', 0, null, null],
  ['more 1', 1, null, null],
]
const sheet = () => ({
  name: 'locations',
  columns,
  rows: batches([...rows, ['more 0', 0, null, null], ['more 1', 1, null, null]]),
})
const parts = [
  ['location_id', 'part', 'text'],
  ["'=1+1", 1, 'x'.repeat(32_767)],
  ["'=1+1", 2, 'x'.repeat(7233)],
]

const test = suite('workbooks: hucre')

test('reads what is written', async () => {
  const { bytes } = await written([sheet()])
  const { sheets } = await readXlsx(bytes)
  assert.deepEqual(
    sheets.map(({ name }) => name),
    ['locations', 'geometry'],
  )
  const padded = sheets.map((one) =>
    one.rows.map((row) => Array.from({ length: one.rows[0]?.length ?? 0 }, (_, at) => row[at] ?? null)),
  )
  assert.deepEqual(padded, [seen, parts])
})

test('what it writes is read', async () => {
  const bytes = await writeXlsx({
    sheets: [{ name: 'locations', rows: [header, ...rows.slice(0, 2)].map((row) => [...row]) }],
  })
  assert.deepEqual(await tableOf(bytes), [header, ...rows.slice(0, 2)])
})

test.run()

const python = ['python3', '/usr/bin/python3'].find(
  (program) => spawnSync(program, ['-c', 'import openpyxl']).status === 0,
)
const pythonTest = skipUnless(
  python !== undefined,
  'needs Python with openpyxl',
  suite('workbooks: openpyxl'),
)

pythonTest('reads what is written, and what it saves is read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'piecework-openpyxl-'))
  try {
    const [before, after] = [join(folder, 'before.xlsx'), join(folder, 'after.xlsx')]
    await writeFile(before, (await written([sheet()])).bytes)
    const script = `import json, openpyxl, sys
book = openpyxl.load_workbook(sys.argv[1])
print(json.dumps([[list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book]))
book.save(sys.argv[2])`
    const { stdout, stderr } = spawnSync(python as string, ['-c', script, before, after], {
      maxBuffer: 2 ** 24,
    })
    assert.equal(String(stderr), '')
    assert.deepEqual(JSON.parse(String(stdout)), [seen, parts])
    const spilled = columns.flatMap(({ name, spill }) => (spill ? [[name, spill] as const] : []))
    const spills = { locations: Object.fromEntries(spilled) }
    assert.deepEqual((await tableOf(await readFile(after), { spills })).slice(0, 5), [header, ...rows])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

pythonTest.run()

async function tableOf(bytes: Uint8Array, options?: Parameters<typeof opened>[1]) {
  const table = (await (await opened(bytes, options)).table('locations')) ?? assert.fail()
  const found: (readonly unknown[])[] = [table.columns]
  for await (const batch of table.rows()) found.push(...batch.map(({ values }) => values))
  return found
}
