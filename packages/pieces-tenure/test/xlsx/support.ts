import { buffer } from 'node:stream/consumers'
import { entriesOf, type NewFinding } from '@piecework/core/piece'
import { openWorkbook, type ReadWorkbookOptions } from '#internal/xlsx/read/open-workbook.js'
import type { CellValue, SheetToWrite } from '#internal/xlsx/write/sheet-to-write.js'
import { type WorkbookOptions, workbookFiles } from '#internal/xlsx/write/workbook.js'

/** As `guard` of an export is: harmless in spreadsheets, and undone by `unguard`. */
const guard = (text: string): string => (/^[=+\-@\t\r']/.test(text) ? `'${text}` : text)
const unguard = (text: string): string => (/^'[=+\-@\t\r']/.test(text) ? text.slice(1) : text)

export type Rows = readonly (readonly CellValue[])[]

/** In batches of two. */
export async function* batches(rows: Rows): AsyncGenerator<Rows> {
  for (let at = 0; at < rows.length; at += 2) yield rows.slice(at, at + 2)
}

export const opened = (bytes: Uint8Array, options: ReadWorkbookOptions = {}) =>
  openWorkbook(
    entriesOf([
      {
        path: 'book.xlsx',
        facts: { size: bytes.length },
        open: async function* ({ start, end } = { start: 0, end: bytes.length }) {
          for (let at = start; at < end; at += 1000) yield bytes.subarray(at, Math.min(at + 1000, end))
        },
      },
    ]),
    'book.xlsx',
    { unguard, ...options },
  )

export interface Written {
  readonly bytes: Buffer
  readonly csv: Readonly<Record<string, Buffer>>
  readonly findings: readonly NewFinding[]
}

export async function written(
  sheets: readonly SheetToWrite[],
  options: Omit<WorkbookOptions, 'onFinding'> = {},
): Promise<Written> {
  const findings: NewFinding[] = []
  const files: Record<string, Buffer> = {}
  const all = workbookFiles('book.xlsx', sheets, {
    guard,
    ...options,
    onFinding: (finding) => findings.push(finding),
  })
  for await (const { name, open } of all) files[name] = await buffer(open())
  const { 'book.xlsx': bytes = Buffer.alloc(0), ...csv } = files
  return { bytes, csv, findings }
}

/** Columns and rows of a table, long values put back from where the sheet's columns send them. */
export async function readBack(
  { bytes, csv }: Pick<Written, 'bytes' | 'csv'>,
  { name, columns }: Pick<SheetToWrite, 'name' | 'columns'>,
) {
  const spills = {
    [name]: Object.fromEntries(
      columns.flatMap((column) => (column.spill ? [[column.name, column.spill]] : [])),
    ),
  }
  const beside = (file: string) => {
    const found = csv[file]
    return found && batchesOfBytes(found)
  }
  const table = await (await opened(bytes, { spills, beside })).table(name)
  const rows: (readonly CellValue[])[] = []
  if (table) for await (const batch of table.rows()) rows.push(...batch.map(({ values }) => values))
  return { columns: table?.columns, rows }
}

async function* batchesOfBytes(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000)
}
