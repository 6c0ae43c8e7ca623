import type { FindingCollector, FindingDetails, FindingSubject } from '@piecework/core/piece'
import { shownCharacters } from '../defaults.js'
import { maxId } from '../ids/max-id.js'
import { decimal, isWhole } from '../numbers/decimal.js'
import { numberProblem } from '../numbers/number-problem.js'
import { rangeText } from '../numbers/range-text.js'
import { decode } from '../records/decode.js'
import { ESCAPED } from '../records/field-scanner.js'
import { strayCharacters } from '../text/unusual-characters.js'
import type { CellNotes } from './cell-notes.js'
import type { Column, IntegerColumn, NumberColumn } from './columns.js'

/** Reads the cells of one column into an array of its own; one line per finding. */
export interface CellReader {
  /** A new array for `size` rows, filled with what stands for an absent column unless the column is `present`. */
  begin(size: number, present: boolean): void
  /** Reads `bytes[start, end)` into `row`. False, with an error, if it cannot be read. */
  read(bytes: Buffer, start: number, end: number, form: number, row: number, line: number): boolean
  /** The array since `begin`. */
  readonly cells: Int32Array | Float64Array | string[]
}

export function cellReader(
  name: string,
  column: Column,
  file: string,
  findings: FindingCollector,
  notes: CellNotes,
  subject: () => FindingSubject | undefined,
): CellReader {
  const hint = column.kind === 'text' ? undefined : column.hint
  const place: ColumnPlace = {
    file,
    column: name,
    findings,
    notes,
    subject,
    ...(hint !== undefined && { hint }),
  }
  if (column.kind === 'integer') return new IntegerCells(column, place)
  if (column.kind === 'number') return new NumberCells(column, place)
  return new TextCells(place)
}

interface ColumnPlace {
  readonly file: string
  readonly column: string
  readonly findings: FindingCollector
  readonly notes: CellNotes
  /** Of the row that is read. */
  subject(): FindingSubject | undefined
  readonly hint?: string
}

class NumberCells implements CellReader {
  cells = new Float64Array(0)
  readonly #column: NumberColumn
  readonly #place: ColumnPlace
  readonly #min: number
  readonly #max: number

  constructor(column: NumberColumn, place: ColumnPlace) {
    this.#column = column
    this.#place = place
    this.#min = column.min ?? Number.NEGATIVE_INFINITY
    this.#max = column.max ?? Number.POSITIVE_INFINITY
  }

  begin(size: number, present: boolean): void {
    this.cells = new Float64Array(size)
    if (!present) this.cells.fill(this.#column.absent ?? Number.NaN)
  }

  read(bytes: Buffer, start: number, end: number, _form: number, row: number, line: number): boolean {
    const value = decimal(bytes, start, end)
    if (this.#column.whole && !Number.isInteger(value) && !Number.isNaN(value)) {
      notWhole(bytes.toString('latin1', start, end), line, this.#place)
      return false
    }
    if ((value >= this.#min && value <= this.#max) || value === this.#column.notSet) {
      this.cells[row] = value
      return true
    }
    if (start === end && this.#column.mayBeEmpty) {
      this.cells[row] = Number.NaN
      return true
    }
    if (Number.isNaN(value)) notANumber(bytes, start, end, line, this.#place)
    else outOfRange(value, this.#column, line, this.#place)
    return false
  }
}

class IntegerCells implements CellReader {
  cells = new Int32Array(0)
  readonly #column: IntegerColumn
  readonly #place: ColumnPlace
  readonly #min: number
  readonly #max: number

  constructor(column: IntegerColumn, place: ColumnPlace) {
    this.#column = column
    this.#place = place
    this.#min = column.min ?? 0
    this.#max = column.max ?? maxId
  }

  begin(size: number, present: boolean): void {
    this.cells = new Int32Array(size)
    if (!present) this.cells.fill(this.#column.absent ?? 0)
  }

  read(bytes: Buffer, start: number, end: number, _form: number, row: number, line: number): boolean {
    let value = 0
    let at = start
    for (; at < end; at += 1) {
      const digit = (bytes[at] as number) - 0x30
      if (digit < 0 || digit > 9) break
      value = value * 10 + digit
    }
    if (at < end || start === end) {
      const { notes, column, hint } = this.#place
      value = decimal(bytes, start, end)
      if (Number.isNaN(value)) {
        const { text } = decode(bytes.subarray(start, end))
        if (hint === undefined && isLabel(text)) notes.label(column, line, text)
        else notANumber(bytes, start, end, line, this.#place)
        return false
      }
      const text = () => bytes.toString('latin1', start, end)
      if (!isWhole(text())) {
        notWhole(text(), line, this.#place)
        return false
      }
      if (!/^[+-]?\d+$/.test(text()) && value >= this.#min && value <= this.#max)
        notes.wholeNumbers.add({ column, text: text(), value, line })
    }
    if (value < this.#min || value > this.#max) {
      outOfRange(value, { min: this.#min, max: this.#max }, line, this.#place)
      return false
    }
    this.cells[row] = value
    return true
  }
}

/** An id such as PU1 or Reef: of the whole numbers only ids have no hint of their own. */
const isLabel = (text: string): boolean =>
  /^\p{L}[^,;\t]{1,60}$/u.test(text) && /is not a number$/.test(numberProblem(text, 'id').message)

class TextCells implements CellReader {
  cells: string[] = []
  readonly #place: ColumnPlace

  constructor(place: ColumnPlace) {
    this.#place = place
  }

  begin(size: number): void {
    this.cells = new Array<string>(size).fill('')
  }

  read(bytes: Buffer, start: number, end: number, form: number, row: number, line: number): boolean {
    const { text, legacy } = decode(bytes.subarray(start, end))
    const { column, notes } = this.#place
    if (legacy) notes.legacyText(column, line, text)
    const value = (form === ESCAPED ? text.replaceAll('""', '"') : text).trim()
    const stray = strayCharacters(value)
    if (stray.length > 0) notes.strayText(column, line, stray)
    this.cells[row] = value
    return true
  }
}

function notWhole(text: string, line: number, place: ColumnPlace): void {
  const { file, column, findings } = place
  findings.error('legacy/integer-invalid', { file, line, column }, () => ({
    ...whatStands(text, place),
    message: `${column} is ${text}, which is not a whole number`,
  }))
}

function notANumber(bytes: Buffer, start: number, end: number, line: number, place: ColumnPlace): void {
  const { file, column, findings, hint } = place
  const { text } = decode(bytes.subarray(start, end))
  const { code, ...details } = numberProblem(text, column)
  findings.error(code, { file, line, column }, () => ({
    ...whatStands(text, place),
    ...(hint !== undefined && { hint }),
    ...details,
  }))
}

function outOfRange(
  value: number,
  { min, max }: { readonly min?: number; readonly max?: number },
  line: number,
  place: ColumnPlace,
): void {
  const { findings, file, column, hint } = place
  findings.error('legacy/out-of-range', { file, line, column }, () => ({
    ...whatStands(`${value}`, place),
    message: `${column} is ${value}; it must be ${rangeText(min, max)}`,
    ...(missingValue.test(`${value}`) ? { hint: missingHint } : hint !== undefined && { hint }),
  }))
}

/** A text of any length, and the one whose row it is in. */
function whatStands(text: string, { subject }: ColumnPlace): Pick<FindingDetails, 'value' | 'subject'> {
  const of = subject()
  return { value: text.slice(0, shownCharacters), ...(of && { subject: of }) }
}

/** Numbers by which GIS programs mark cells without a value. */
const missingValue = /^-(?:99|999|9999|99999|32768|2147483648|3\.40\d*e\+38)$/
const missingHint = 'GIS programs write such a number where there is no value: write the one that is meant.'
