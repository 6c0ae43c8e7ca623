import { columnLetters, columnOf } from '../cell-ref.js'
import { unescapeCellText, wellFormed } from '../cell-text.js'
import { sheetColumns } from '../workbook-limits.js'
import type { CellValue } from '../write/sheet-to-write.js'
import type { XmlAttributes, XmlEvents } from './read-xml.js'
import { readXml } from './read-xml.js'
import { TextCollector } from './text-collector.js'
import { assertAtMost, type CellPlace, workbookInvalid } from './workbook-error.js'
import type { PartsContext, SheetPart } from './workbook-parts.js'

/** A row that has values; of its cells those up to the last that has one. */
export interface CellRow {
  /** From 1, as spreadsheets count. */
  readonly line: number
  readonly values: readonly CellValue[]
}

export interface CellsContext extends PartsContext {
  readonly strings: readonly string[]
  /** Styles of cells, by their numbers, that show a number as a date or a time. */
  readonly dateStyles: ReadonlySet<string>
  readonly unguard: (text: string) => string
}

/** The rows of one sheet, in batches. */
export async function* sheetCells(
  { name, file }: SheetPart,
  context: CellsContext,
): AsyncGenerator<readonly CellRow[]> {
  const place = { ...context.place, sheet: name }
  const events = new SheetEvents({ ...context, place })
  const { cellCharacters } = context.limits
  for await (const _ of readXml(file, events, { ...context, place, tokenCharacters: cellCharacters })) {
    const rows = events.take()
    if (rows.length > 0) yield rows
  }
}

const numberForm = /^[+-]?(\d+\.?\d*|\.\d+)([Ee][+-]?\d+)?$/

class SheetEvents implements XmlEvents {
  readonly #context: CellsContext
  readonly #inline: TextCollector
  #rows: CellRow[] = []
  #isInData = false
  #values: CellValue[] | undefined
  #line = 0
  #column = -1
  #type = 'n'
  #style = '0'
  #isInCell = false
  #hasFormula = false
  #isInValue = false
  #isInInline = false
  #value: string | undefined

  constructor(context: CellsContext) {
    this.#context = context
    this.#inline = new TextCollector(context.limits.cellCharacters, () => this.#place())
  }

  take(): readonly CellRow[] {
    const rows = this.#rows
    this.#rows = []
    return rows
  }

  opened(name: string, attributes: XmlAttributes): void {
    if (name === 'sheetData') this.#isInData = true
    if (name === 'mergeCell')
      throw this.#invalid(
        `the cells ${JSON.stringify((attributes.ref ?? '').slice(0, 50))} are merged, and all but the first are empty; split them`,
      )
    if (!this.#isInData) return
    if (this.#isInInline) this.#inline.opened(name)
    else if (name === 'row') this.#openRow(attributes.r)
    else if (name === 'c') this.#openCell(attributes)
    else if (this.#isInCell && name === 'v') this.#isInValue = true
    else if (this.#isInCell && name === 'f') this.#hasFormula = true
    else if (this.#isInCell && name === 'is') this.#isInInline = true
  }

  text(text: string): void {
    if (this.#isInInline) this.#inline.text(text)
    else if (this.#isInValue) {
      this.#value = (this.#value ?? '') + text
      const { cellCharacters } = this.#context.limits
      const { length } = this.#value
      // The place is made for the message only.
      if (length > cellCharacters)
        assertAtMost('The length of a value', length, cellCharacters, this.#place())
    }
  }

  closed(name: string): void {
    if (!this.#isInData) return
    if (name === 'is') {
      this.#isInInline = false
      this.#value = this.#inline.take()
    } else if (this.#isInInline) this.#inline.closed(name)
    else if (name === 'v') {
      this.#isInValue = false
      this.#value ??= ''
    } else if (name === 'c') this.#closeCell()
    else if (name === 'row') this.#closeRow()
    else if (name === 'sheetData') this.#isInData = false
  }

  #openRow(number: string | undefined): void {
    if (this.#values) throw this.#invalid('a row stands within another')
    const line = number === undefined ? this.#line + 1 : wholeNumber(number)
    if (line === undefined || line <= this.#line)
      throw this.#invalid(`the rows are not in order behind row ${this.#line}`)
    assertAtMost('The number of rows', line, this.#context.limits.sheetRows, this.#context.place)
    this.#line = line
    this.#column = -1
    this.#values = []
  }

  #openCell({ r, t, s = '0' }: XmlAttributes): void {
    if (!this.#values || this.#isInCell) throw this.#invalid('a cell stands outside of a row')
    const column = r === undefined ? this.#column + 1 : columnOf(r)
    if (column === undefined || column <= this.#column)
      throw this.#invalid(`the cells of row ${this.#line} are not in order`)
    assertAtMost('The number of columns', column + 1, sheetColumns, this.#context.place)
    this.#column = column
    this.#type = t ?? 'n'
    this.#style = s
    this.#isInCell = true
    this.#hasFormula = false
    this.#value = undefined
  }

  #closeCell(): void {
    const value = this.#cellValue()
    this.#isInCell = false
    this.#isInValue = false
    if (value === null || !this.#values) return
    while (this.#values.length < this.#column) this.#values.push(null)
    this.#values.push(value)
  }

  #closeRow(): void {
    if (this.#values && this.#values.length > 0) this.#rows.push({ line: this.#line, values: this.#values })
    this.#values = undefined
  }

  #cellValue(): CellValue {
    const value = this.#value
    if (this.#hasFormula && this.#type !== 'str' && (value ?? '').trim() === '')
      throw this.#invalid('the formula has no value; open the file in a spreadsheet program and save it')
    if (value === undefined) return null
    switch (this.#type) {
      case 'n':
        return value.trim() === '' ? null : this.#numberOrDate(value.trim())
      case 'b':
        return this.#boolean(value.trim())
      case 's':
        return this.#text(this.#shared(value.trim()))
      case 'e':
        throw this.#invalid(`the cell has the error ${JSON.stringify(value.slice(0, 50))} and no value`)
      default:
        return this.#text(value)
    }
  }

  #text(text: string): string {
    return this.#context.unguard(wellFormed(unescapeCellText(text)))
  }

  #number(text: string): number {
    const number = Number(text)
    if (!numberForm.test(text) || !Number.isFinite(number))
      throw this.#invalid(`${JSON.stringify(text.slice(0, 50))} is no number`)
    return number
  }

  /** A date is a number that no one has written: it is not taken for one. */
  #numberOrDate(text: string): number {
    if (this.#context.dateStyles.has(this.#style))
      throw this.#invalid('the cell is a date; write it as text, in a column that is formatted as text')
    return this.#number(text)
  }

  #boolean(text: string): boolean {
    if (text === '1' || text === 'true') return true
    if (text === '0' || text === 'false') return false
    throw this.#invalid(`${JSON.stringify(text.slice(0, 50))} is neither true nor false`)
  }

  #shared(text: string): string {
    const string = this.#context.strings[wholeNumber(text) ?? -1]
    if (string === undefined)
      throw this.#invalid(`there is no shared string ${JSON.stringify(text.slice(0, 50))}`)
    return string
  }

  #place(): CellPlace {
    const { place } = this.#context
    return this.#isInCell ? { ...place, cell: `${columnLetters(this.#column)}${this.#line}` } : place
  }

  #invalid(message: string) {
    return workbookInvalid(message, this.#place())
  }
}

const wholeNumber = (text: string): number | undefined => (/^\d{1,9}$/.test(text) ? Number(text) : undefined)
