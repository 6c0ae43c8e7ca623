import { PieceworkError } from '@piecework/core/piece'
import { escapeCellText, wellFormed } from '../cell-text.js'
import { type Spill, spillMark } from '../spill.js'
import { booleanCell, exactDigits, numberCell, textCell } from './cell-xml.js'
import { pieces } from './pieces.js'
import type { SheetFindings } from './sheet-findings.js'
import type { CellValue, ColumnToWrite } from './sheet-to-write.js'
import type { Spills } from './spills.js'

export interface CellContext {
  readonly sheet: string
  readonly columns: readonly ColumnToWrite[]
  readonly cellCharacters: number
  readonly guard: (text: string) => string
  readonly findings: SheetFindings
  readonly spills: Spills
}

/** One cell of a column as XML, '' for null; `row` counts from 1, with the header. */
export type CellEncoder = (value: CellValue, row: number, values: readonly CellValue[]) => string

export function cellEncoder(column: ColumnToWrite, letters: string, context: CellContext): CellEncoder {
  const { type } = column
  const text = textEncoder(column, letters, context)
  return (value, row, values) => {
    if (value === null) return ''
    if (type === 'number' && typeof value !== 'boolean') {
      const digits = exactDigits(value)
      if (digits !== undefined) return numberCell(letters, row, digits)
    }
    if (type === 'boolean' && typeof value === 'boolean') return booleanCell(letters, row, value)
    return text(String(value), row, values)
  }
}

function textEncoder(column: ColumnToWrite, letters: string, context: CellContext) {
  const { name, type, spill } = column
  const { sheet, findings, cellCharacters } = context
  const guard = type === 'text' ? context.guard : (text: string) => text
  const mark = spill && spillMark(spill)
  return (value: string, row: number, values: readonly CellValue[]): string => {
    const held = wellFormed(value)
    if (held !== value) findings.broken(name, row)
    const cell = escapeCellText(guard(held))
    if (cell.length <= cellCharacters && held !== mark) return textCell(letters, row, cell)
    if (!spill || mark === undefined)
      throw tooLong(
        `A value of column ${JSON.stringify(name)} in row ${row} of sheet ${sheet} has ${cell.length} characters; a cell holds ${cellCharacters}`,
        { sheet, column: name, row },
      )
    addSpilled({ spill, column: name, row, values, held }, context)
    return textCell(letters, row, mark)
  }
}

interface LongValue {
  readonly spill: Spill
  readonly column: string
  readonly row: number
  readonly values: readonly CellValue[]
  readonly held: string
}

function addSpilled({ spill, column, row, values, held }: LongValue, context: CellContext): void {
  const { sheet, columns, cellCharacters, guard, findings, spills } = context
  const table = spills.table(spill)
  const key = String(values[columns.findIndex(({ name }) => name === spill.key)] ?? '')
  if (!isKey(key, context))
    throw tooLong(
      `Row ${row} of sheet ${sheet} has a long value of column ${JSON.stringify(column)}, and no ${spill.key} by which it is found again`,
      { sheet, column, row },
    )
  findings.long(column, row, spill)
  const place = table.isShared ? [key, column] : [key]
  if (spill.to === 'sheet') {
    let part = 0
    const fits = (piece: string) => escapeCellText(guard(piece)).length <= cellCharacters
    for (const piece of pieces(held, cellCharacters, fits))
      table.add([...place, String(++part), piece].map(escapeCellText))
    return
  }
  const whole = held.replaceAll('\0', '\ufffd')
  if (whole !== held) findings.broken(column, row)
  table.add([...place, whole].map(guard))
}

const isKey = (key: string, { cellCharacters, guard }: CellContext): boolean =>
  key !== '' &&
  !key.includes('\0') &&
  wellFormed(key) === key &&
  escapeCellText(guard(key)).length <= cellCharacters

const tooLong = (message: string, facts: Readonly<Record<string, unknown>>) =>
  new PieceworkError('tenure/cell-too-long', message, { facts })
