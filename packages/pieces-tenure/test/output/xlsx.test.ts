import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { csvRows } from '@piecework/core/piece'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { textOfCell } from '#internal/cell-text.js'
import { type ExportedFiles, exportedFiles } from '../support/exported-files.js'
import { newOrganization, type SampleProject, sampleProject } from '../support/sample-project.js'
import { type TenureHost, tenureHost } from '../support/tenure-host.js'
import { opened } from '../xlsx/support.js'

const test = needsServer(suite('tables in a workbook'))
let host: TenureHost
let sample: SampleProject
test.before(async () => {
  host = await tenureHost()
  sample = await sampleProject(host.db, host.files)
})
test.after(() => host.close())

const exported = (id: string, output: string) => exportedFiles(host, { kind: 'tenure-project', id }, output)

/** The rows of a CSV file or of a sheet, without what keeps spreadsheets from computing. */
type Table = readonly Readonly<Record<string, string | null>>[]

async function csvTable({ files }: ExportedFiles, name: string): Promise<Table> {
  const bytes = files.get(name) ?? assert.fail(`there is no ${name}`)
  const rows: Record<string, string | null>[] = []
  for await (const batch of csvRows(Readable.from([bytes])))
    for (const row of batch)
      rows.push(Object.fromEntries(Object.entries(row).map(([column, cell]) => [column, plain(cell)])))
  return rows
}

const plain = (cell: string | null | undefined): string | null =>
  cell === null || cell === undefined ? null : textOfCell(cell)

const geometry = { to: 'sheet', name: 'geometry', key: 'id', keyName: 'location_id' } as const

async function sheetTable({ files }: ExportedFiles, sheet: string, workbook = 'tenure.xlsx'): Promise<Table> {
  const bytes = files.get(workbook) ?? assert.fail(`there is no ${workbook}`)
  const book = await opened(bytes, { unguard: textOfCell, spills: { locations: { geometry } } })
  const table = (await book.table(sheet)) ?? assert.fail(`there is no sheet ${sheet}`)
  const rows: Record<string, string | null>[] = []
  for await (const batch of table.rows())
    for (const { values } of batch)
      rows.push(
        Object.fromEntries(
          table.columns.map((column, at) => {
            const value = values[at] ?? null
            return [column, value === null ? null : String(value)]
          }),
        ),
      )
  return rows
}

test('the sheets hold what the CSV files hold, and everything reads back', async () => {
  const [book, csv] = [await exported(sample.id, 'tenure/xlsx'), await exported(sample.id, 'tenure/shp')]
  assert.deepEqual([...book.files.keys()], ['tenure.xlsx'])
  for (const name of ['locations', 'parties', 'relationships']) {
    const wanted = await csvTable(csv, `${name}.csv`)
    assert.ok(wanted.length >= 3)
    assert.deepEqual(await sheetTable(book, name), wanted, name)
  }
})

test('a geometry that is too long for a cell stands in a sheet of its own, is told of and reads back', async () => {
  const organization = await newOrganization(host.db)
  const { id } = await sampleProject(host.db, host.files, organization)
  const points = Array.from({ length: 4000 }, (_, at) => `${at / 1000} ${(at % 7) / 3}`)
  await host.db.query(
    `UPDATE tenure.locations SET geom = ST_GeomFromText($2, 4326) WHERE id = (
       SELECT id FROM tenure.locations WHERE project_id = $1 ORDER BY id LIMIT 1)`,
    [id, `LINESTRING(${points.join(', ')})`],
  )
  const [book, csv] = [await exported(id, 'tenure/xlsx'), await exported(id, 'tenure/shp')]
  assert.deepEqual(await sheetTable(book, 'locations'), await csvTable(csv, 'locations.csv'))
  assert.ok(book.report.findings.some(({ code, count = 1 }) => code === 'tenure/long-values' && count === 1))
})

test.run()
