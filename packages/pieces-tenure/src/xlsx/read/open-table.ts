import { columnLetters } from '../cell-ref.js'
import { sheetNameKey, sheetNameOf } from '../sheet-names.js'
import { type Spill, spillMark } from '../spill.js'
import { type CellRow, type CellsContext, sheetCells } from './sheet-cells.js'
import { csvRecords, type SpilledRecord, SpilledValues } from './spilled-values.js'
import type { TableRow, TableToRead } from './table-to-read.js'
import { type CellPlace, workbookInvalid } from './workbook-error.js'
import type { SheetPart } from './workbook-parts.js'

/** What tables of one workbook are read with. */
export interface Reading {
  readonly spills?: Readonly<Record<string, Readonly<Record<string, Spill>>>>
  readonly beside?: (name: string) => AsyncIterable<Uint8Array> | undefined
  readonly cells: CellsContext
  readonly sheets: ReadonlyMap<string, SheetPart>
}

/** The sheet of that name with those that continue it. */
export async function openTable(name: string, reading: Reading): Promise<TableToRead | undefined> {
  const parts: SheetPart[] = []
  for (let number = 1; ; number++) {
    const part = reading.sheets.get(sheetNameKey(sheetNameOf(name, number)))
    if (!part) break
    parts.push(part)
  }
  const [first] = parts
  if (!first) return undefined
  const columns = await columnsOf(first, reading.cells)
  return {
    name: first.name,
    columns,
    rows: (spills = reading.spills?.[first.name] ?? {}) => joined(parts, columns, spills, reading),
  }
}

async function columnsOf(part: SheetPart, cells: CellsContext): Promise<readonly string[]> {
  for await (const [header] of sheetCells(part, cells))
    if (header) return columnNames(header, { ...cells.place, sheet: part.name })
  return []
}

function columnNames({ line, values }: CellRow, place: CellPlace): readonly string[] {
  const taken = new Set<string>()
  return values.map((value, at) => {
    const name = String(value ?? '')
    if (name === '' || taken.has(name))
      throw workbookInvalid(`the column has ${name ? 'the name of another' : 'no name'}`, {
        ...place,
        cell: `${columnLetters(at)}${line}`,
      })
    taken.add(name)
    return name
  })
}

async function* joined(
  parts: readonly SheetPart[],
  columns: readonly string[],
  spills: Readonly<Record<string, Spill>>,
  reading: Reading,
): AsyncGenerator<readonly TableRow[]> {
  const spilling = Object.entries(spills).filter(([column]) => columns.includes(column))
  const values = new SpilledValues(reading.cells.limits.spilledRows)
  try {
    const targets = new Map(spilling.map(([, spill]) => [spill.name, spill]))
    for (const spill of targets.values())
      for await (const record of spilledRecords(spill, reading)) await values.add(spill, record)
    const spilled = spilling.map(([column, spill]) => ({ column, spill, mark: spillMark(spill) }))
    for (const part of parts)
      for await (const rows of tableRows(part, columns, reading.cells)) {
        const whole: TableRow[] = []
        for (const row of rows) whole.push(await restored(row, columns, spilled, values, reading))
        yield whole
      }
  } finally {
    await values.close()
  }
}

async function* tableRows(
  part: SheetPart,
  columns: readonly string[],
  cells: CellsContext,
): AsyncGenerator<readonly TableRow[]> {
  const place = { ...cells.place, sheet: part.name }
  let isHeaderRead = false
  for await (const batch of sheetCells(part, cells)) {
    const rows: TableRow[] = []
    for (const row of batch) {
      if (isHeaderRead) rows.push(tableRow(row, part.name, columns, place))
      else assertSame(columnNames(row, place), columns, place)
      isHeaderRead = true
    }
    if (rows.length > 0) yield rows
  }
}

function tableRow(
  { line, values }: CellRow,
  sheet: string,
  columns: readonly string[],
  place: CellPlace,
): TableRow {
  if (values.length > columns.length)
    throw workbookInvalid('the value stands in a column without a name', {
      ...place,
      cell: `${columnLetters(values.length - 1)}${line}`,
    })
  return { sheet, line, values: columns.map((_, at) => values[at] ?? null) }
}

function assertSame(found: readonly string[], columns: readonly string[], place: CellPlace): void {
  if (found.length !== columns.length || found.some((name, at) => name !== columns[at]))
    throw workbookInvalid('its columns are not those of the sheet that it continues', place)
}

interface Spilling {
  readonly column: string
  readonly spill: Spill
  readonly mark: string
}

/** The row with its long values. */
async function restored(
  row: TableRow,
  columns: readonly string[],
  spilling: readonly Spilling[],
  from: SpilledValues,
  { cells }: Reading,
): Promise<TableRow> {
  let values = row.values
  for (const { column, spill, mark } of spilling) {
    const at = columns.indexOf(column)
    if (row.values[at] !== mark) continue
    const place = { ...cells.place, sheet: row.sheet, cell: `${columnLetters(at)}${row.line}` }
    const key = String(row.values[columns.indexOf(spill.key)] ?? '')
    const value = await from.get(spill, column, key, place, cells.limits.spilledBytes)
    if (value === undefined)
      throw workbookInvalid(`the value is not whole where ${JSON.stringify(mark)} says`, place)
    values = values.with(at, value)
  }
  return { ...row, values }
}

async function* spilledRecords(spill: Spill, reading: Reading): AsyncGenerator<SpilledRecord> {
  if (spill.to === 'csv') {
    const bytes = reading.beside?.(`${spill.name}.csv`)
    if (bytes) yield* csvRecords(spill, bytes, reading.cells.unguard)
    return
  }
  const table = await openTable(spill.name, { ...reading, spills: {} })
  if (!table) return
  const at = (name: string): number => table.columns.indexOf(name)
  const [key, column, part, text] = [at(spill.keyName), at('column'), at('part'), at('text')]
  if (key < 0 || part < 0 || text < 0)
    throw workbookInvalid(`there is no column ${spill.keyName}, part or text`, {
      ...reading.cells.place,
      sheet: table.name,
    })
  for await (const rows of table.rows())
    for (const { sheet, line, values } of rows) {
      const place = { ...reading.cells.place, sheet, cell: `${columnLetters(text)}${line}` }
      const [keyValue = null, partValue = null, textValue = null] = [values[key], values[part], values[text]]
      const named = column < 0 ? {} : { column: values[column] ?? null }
      yield { place, key: keyValue, ...named, part: partValue, text: textValue }
    }
}
