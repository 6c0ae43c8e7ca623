import { mostColumns } from '../defaults.js'
import type { CellValue } from '../xlsx/write/sheet-to-write.js'
import type { AttributeList, ListedColumn } from './attribute-list-read.js'
import { type ImportedKind, isDoubtful, shortened, valueOfCell } from './cell-values.js'
import type { ImportedTable } from './imported-tables.js'
import type { Problem, RawRow, RawTable } from './raw-table.js'

/** A row as the piece's entry has it: of the columns of the host's table, `attributes` last. */
export interface ReadRow {
  readonly cells: readonly (string | null)[]
  readonly problems: readonly Problem[]
}

interface AttributeAt {
  readonly at: number
  readonly column: string
  readonly attribute: string
  readonly kind: ImportedKind
}

/** Reads the rows of one table, by its header. */
export class RowReader {
  readonly #table: ImportedTable
  readonly #fixed: readonly number[]
  readonly #attributes: readonly AttributeAt[]
  readonly #width: number
  /** About the header. */
  readonly problems: readonly Problem[]
  /** Columns of attributes that the file does not list. */
  readonly unlisted: readonly string[]
  /** Texts of a column that a spreadsheet program may have made of others: how many. */
  readonly doubtful = new Map<string, number>()
  /** Columns of attributes that are listed, and not there. */
  readonly missing: readonly string[]

  constructor(table: ImportedTable, { columns }: Pick<RawTable, 'columns'>, list: AttributeList | undefined) {
    const listed = list?.columns(table.name) ?? new Map<string, ListedColumn>()
    const fixed = new Set(table.columns.map(({ name }) => name))
    this.#table = table
    this.#width = columns.findLastIndex((name) => name !== '') + 1
    this.#fixed = table.columns.map(({ name }) => columns.indexOf(name))
    this.#attributes = columns.flatMap((column, at) => {
      if (column === '' || fixed.has(column)) return []
      const { attribute = column, kind = 'cell' } = listed.get(column) ?? {}
      return [{ at, column, attribute, kind }]
    })
    this.unlisted = this.#attributes.map(({ column }) => column).filter((column) => !listed.has(column))
    const there = new Set(columns)
    this.missing = [...listed.keys()].filter((column) => !there.has(column))
    this.problems = [...this.#headerProblems(columns)]
  }

  *#headerProblems(columns: readonly string[]): Generator<Problem> {
    if (this.#width > mostColumns) {
      yield {
        code: 'tenure/columns-limit',
        message: `There are ${this.#width} columns; at most ${mostColumns} are allowed.`,
      }
      return
    }
    for (const { name } of this.#table.columns)
      if (!columns.includes(name))
        yield { code: 'tenure/column-missing', column: name, message: `There is no column ${name}.` }
    const seen = new Set<string>()
    for (const column of columns.slice(0, this.#width)) {
      if (column === '') yield { code: 'tenure/column-unnamed', message: 'A column has no name.' }
      else if (seen.has(column))
        yield { code: 'tenure/column-repeated', column, message: 'Two columns have this name.' }
      seen.add(column)
    }
    const attributes = new Set<string>()
    for (const { attribute, column } of this.#attributes) {
      if (attributes.has(attribute) && seen.has(column))
        yield {
          code: 'tenure/column-repeated',
          column,
          message: `Two columns are of the attribute ${JSON.stringify(attribute)}.`,
        }
      attributes.add(attribute)
    }
  }

  read({ cells, problem }: RawRow): ReadRow {
    if (problem) return { cells: [], problems: [problem] }
    const problems: Problem[] = []
    if (cells.findLastIndex((cell) => cell !== null) >= this.#width)
      problems.push({
        code: 'tenure/cells-too-many',
        message: `The row has values behind the last column of the header.`,
        hint: 'See whether a text with commas lacks its quotes.',
      })
    const fixed = this.#table.columns.map((column, at) => {
      const cell = cells[this.#fixed[at] ?? -1] ?? null
      if (cell !== null && column.to !== 'area' && column.to !== 'geom') this.#doubt(column.name, cell)
      if (cell !== null)
        return attempt(problems, column.code, column.name, cell, () => column.read(cell)) ?? null
      if (!column.optional)
        problems.push({
          code: 'tenure/value-missing',
          column: column.name,
          message: `The row has no ${column.name}.`,
        })
      return null
    })
    const attributes: (readonly [string, unknown])[] = []
    for (const { at, column, attribute, kind } of this.#attributes) {
      // Short rows of a wide table cost what they hold.
      if (at >= cells.length) break
      const cell = cells[at] ?? null
      if (cell === null) continue
      if (kind === 'text') this.#doubt(column, cell)
      const value = attempt(problems, 'tenure/value-invalid', column, cell, () => valueOfCell(kind, cell))
      attributes.push([attribute, value])
    }
    return { cells: [...fixed, JSON.stringify(Object.fromEntries(attributes))], problems }
  }

  #doubt(column: string, cell: Exclude<CellValue, null>): void {
    if (isDoubtful(cell)) this.doubtful.set(column, (this.doubtful.get(column) ?? 0) + 1)
  }
}

function attempt<T>(
  problems: Problem[],
  code: Problem['code'],
  column: string,
  cell: CellValue,
  read: () => T,
): T | undefined {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const what =
      code === 'tenure/geometry-invalid'
        ? 'The shape of this location cannot be read'
        : 'The value cannot be read'
    const value = shortened(String(cell))
    problems.push({ code, column, value, message: `${what}: ${error.message}.`, ...hintFor(cell) })
    return undefined
  }
}

/** Of what spreadsheet programs make of numbers where a comma is the decimal point. */
const hintFor = (cell: CellValue): Pick<Problem, 'hint'> =>
  typeof cell === 'string' && /^-?\d+,\d+$/.test(cell)
    ? {
        hint: 'Numbers have a decimal point: write one in the place of the comma, or save the file with the settings of English.',
      }
    : {}
