import type { CsvRow, Output, OutputContext, ZipMember } from '@piecework/core/piece'
import { attributeCell } from '../attributes/attribute-cell.js'
import { cellText, textOfCell } from '../cell-text.js'
import type { Spill } from '../xlsx/spill.js'
import type { CellValue, ColumnToWrite, SheetToWrite } from '../xlsx/write/sheet-to-write.js'
import { workbookFiles } from '../xlsx/write/workbook.js'
import { type AttributeListRow, attributeList, attributeListRows, tableName } from './attribute-list.js'
import { attributesOf, valueIn } from './attributes-of.js'
import { geometryOf, peopleTables } from './people-tables.js'
import { type ProjectEntries, projectsOf } from './project-entries.js'
import { type ScannedTable, scanTable } from './scan-table.js'

/** The tables as sheets of a workbook; values that are too long for a cell stand in sheets and files beside it. */
export const xlsx: Output = {
  name: 'tenure/xlsx',
  mediaType: 'application/zip',
  pieces: ['tenure/project', 'tenure/schemas', ...peopleTables.map(({ piece }) => piece)],
  fileName: ({ name, resource }) => `${name ?? resource.id}-xlsx.zip`,
  // A workbook is deflated by itself.
  assemble: (context) => context.zip(xlsxFiles(context), { store: true }),
}

export async function* xlsxFiles(context: OutputContext): AsyncGenerator<ZipMember> {
  let rows = 0
  const written = (more: number): void => {
    rows += more
    context.progress(rows)
  }
  for await (const project of projectsOf(context)) {
    const tables: ScannedTable[] = []
    for (const table of peopleTables) tables.push(await scanTable(table, project, context))
    const sheets = tables.map((scanned) => sheetOf(scanned, project, context, written))
    const { signal } = context
    sheets.push(listSheet(await attributeListRows(tables, project, signal)))
    const onFinding = context.finding.bind(context)
    const files = workbookFiles('tenure.xlsx', sheets, { guard: cellText, onFinding, signal })
    for await (const file of files) yield { ...file, name: project.folder + file.name }
  }
}

/** Where values go that no cell of the sheet holds. */
export const longValues = (sheet: string): Spill => ({
  to: 'csv',
  name: `${sheet}-long`,
  key: 'id',
  keyName: 'id',
})
export const longGeometries: Spill = { to: 'sheet', name: 'geometry', key: 'id', keyName: 'location_id' }

function listSheet(rows: readonly AttributeListRow[]): SheetToWrite {
  const { name, columns } = attributeList
  const spill = longValues(name)
  return {
    name,
    columns: columns.map((column) => ({ name: column, type: 'text', ...(column !== 'id' && { spill }) })),
    rows: [rows],
  }
}

function sheetOf(
  { table, columns }: ScannedTable,
  project: ProjectEntries,
  { signal }: Pick<OutputContext, 'signal'>,
  written: (rows: number) => void,
): SheetToWrite {
  const name = tableName(table)
  const long = longValues(name)
  const fixed = table.fixed.map(
    (column): ColumnToWrite => ({
      name: column.name,
      type: column.name === 'area' ? 'number' : 'text',
      ...(column.name !== 'id' && { spill: column.name === 'geometry' ? longGeometries : long }),
    }),
  )
  const attributes = columns.map(
    ({ name: column, kind }): ColumnToWrite => ({
      name: column,
      type: kind === 'number' || kind === 'boolean' ? kind : 'text',
      ...(kind !== 'number' && kind !== 'boolean' && { spill: long }),
    }),
  )
  const valuesOf = (row: CsvRow): readonly CellValue[] => {
    const given = attributesOf(row)
    const geometry = geometryOf(row)
    return [
      ...table.fixed.map((column) => unguarded(column.cell(row, geometry))),
      ...columns.map(({ attribute, kind }) => {
        const value = valueIn(given, attribute)
        if (kind === 'boolean' || kind === 'number') return (value ?? null) as CellValue
        return unguarded(attributeCell(kind, value))
      }),
    ]
  }
  return { name, columns: [...fixed, ...attributes], rows: rows() }

  async function* rows(): AsyncGenerator<readonly (readonly CellValue[])[]> {
    for await (const batch of project.of(table.piece).rows(table.entry)) {
      signal.throwIfAborted()
      yield batch.map(valuesOf)
      written(batch.length)
    }
  }
}

/** The workbook guards its cells by itself. */
const unguarded = (cell: string | null): string | null => (cell === null ? null : textOfCell(cell))
