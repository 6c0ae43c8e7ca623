import type { FindingCollector } from '../findings.js'
import { fieldCountHint } from '../records/field-count-hint.js'
import { FieldScanner } from '../records/field-scanner.js'
import type { LineBuffer } from '../records/line-buffer.js'
import { type CellReader, cellReader } from './cells.js'
import type { Batch, Columns } from './columns.js'
import { readHeader, reportBinary } from './header.js'
import type { TableLayout } from './layout.js'

/** Longest record, in bytes with its end of line. */
const MAX_RECORD = 1_048_576
const BATCH = 8192
const LF = 0x0a
const CR = 0x0d
/** Blanks and separators. */
const BLANK: ReadonlySet<number> = new Set([0x20, 0x09, 0x2c, 0x3b])
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf]

/** Turns the lines of one table into batches of rows. */
export class TableRows<C extends Columns> {
  /** The table cannot be read further; why has been told. */
  stopped = false
  readonly #layout: TableLayout<C>
  readonly #file: string
  readonly #findings: FindingCollector
  readonly #readers = new Map<string, CellReader>()
  #records: FieldScanner | undefined
  #delimiter = ','
  /** By field of the record; undefined where a field is not read. */
  #fields: (CellReader | undefined)[] = []
  #present: ReadonlySet<keyof C> = new Set()
  #lines = new Int32Array(0)
  #batch: Batch<C> | undefined
  #count = 0
  /** Line on which the next record begins. */
  #line = 1
  #started = false
  #anyRow = false

  constructor(layout: TableLayout<C>, file: string, findings: FindingCollector) {
    this.#layout = layout
    this.#file = file
    this.#findings = findings
  }

  *read(buffer: LineBuffer): Iterable<Batch<C>> {
    if (!this.#records) this.#header(buffer)
    const records = this.#records
    while (records && buffer.at < buffer.end) {
      if (!records.read(buffer.bytes, buffer.at, buffer.end)) break
      if (records.next - buffer.at > MAX_RECORD) break
      this.#row(buffer.bytes, records)
      buffer.at = records.next
      this.#line += records.lines
      if (this.#count === BATCH) yield this.#take()
    }
    if (!this.stopped) this.#check(buffer)
  }

  /** What is left, when the file has ended. */
  *finish(buffer: LineBuffer): Iterable<Batch<C>> {
    if (this.stopped) return
    const place = { file: this.#file }
    if (buffer.rest > 0 && this.#records) {
      this.#stop('legacy/quote-invalid', 'A quotation mark is opened and not closed')
      return
    }
    if (this.#count > 0) yield this.#take()
    if (!this.#records)
      this.#findings.error('legacy/file-empty', place, () => ({ message: `${this.#file} is empty` }))
    else if (!this.#anyRow)
      this.#findings.error('legacy/no-rows', place, () => ({
        message: `${this.#file} has a header and no rows`,
      }))
  }

  /** Skips blank lines, reads the header and makes the readers of its columns. */
  #header(buffer: LineBuffer): void {
    const { bytes, end } = buffer
    if (end > 0 && !this.#started) {
      this.#started = true
      if (BYTE_ORDER_MARK.every((byte, at) => bytes[at] === byte)) buffer.at += BYTE_ORDER_MARK.length
    }
    while (buffer.at < end) {
      const start = buffer.at
      let stop = start
      let blank = true
      for (; bytes[stop] !== LF && bytes[stop] !== CR; stop += 1) blank &&= BLANK.has(bytes[stop] as number)
      const next = bytes[stop] === CR && stop + 1 < end && bytes[stop + 1] === LF ? stop + 2 : stop + 1
      if (next - start > MAX_RECORD) return
      const place = { file: this.#file, line: this.#line }
      buffer.at = next
      this.#line += 1
      if (blank) continue
      const header = readHeader(bytes, start, next, this.#layout, this.#findings, place)
      if (header) this.#prepare(header.delimiter, header.fields)
      else this.stopped = true
      return
    }
  }

  #prepare(delimiter: string, fields: readonly (string | undefined)[]): void {
    for (const [name, column] of Object.entries(this.#layout.columns))
      this.#readers.set(name, cellReader(name, column, this.#file, this.#findings))
    this.#fields = fields.map((name) => (name === undefined ? undefined : this.#readers.get(name)))
    this.#present = new Set(fields.filter((name) => name !== undefined))
    this.#records = new FieldScanner(delimiter)
    this.#delimiter = delimiter
    this.#begin()
  }

  #begin(): void {
    for (const reader of this.#readers.values()) reader.begin(BATCH)
    this.#lines = new Int32Array(BATCH)
    this.#count = 0
    this.#batch = this.#cut(BATCH)
  }

  #take(): Batch<C> {
    const batch = this.#cut(this.#count)
    this.#begin()
    return batch
  }

  #cut(length: number): Batch<C> {
    const columns = Object.fromEntries(
      [...this.#readers].map(([name, { cells }]) => [
        name,
        length === BATCH ? cells : Array.isArray(cells) ? cells.slice(0, length) : cells.subarray(0, length),
      ]),
    ) as Batch<C>['columns']
    return { length, lines: this.#lines.subarray(0, length), columns, present: this.#present }
  }

  #row(bytes: Buffer, records: FieldScanner): void {
    if (isBlank(records)) return
    this.#anyRow = true
    const line = this.#line
    if (records.misquoted) {
      this.#findings.error('legacy/quote-invalid', { file: this.#file, line }, () => ({
        message: 'Text follows a closing quotation mark',
        hint: 'Write a quotation mark inside quoted text twice.',
      }))
      return
    }
    const fields = this.#fields
    if (records.fields !== fields.length && !this.#fits(bytes, records, line)) return
    const row = this.#count
    let whole = true
    for (let field = 0; field < fields.length; field += 1) {
      const start = records.starts[field] as number
      const end = records.ends[field] as number
      const read = fields[field]?.read(bytes, start, end, records.forms[field] as number, row, line)
      if (read === false) whole = false
    }
    const { accept } = this.#layout
    if (!whole || (accept && this.#batch && !accept(this.#batch, row, line))) return
    this.#lines[row] = line
    this.#count = row + 1
  }

  /** More fields than the header has are fine when they are empty. */
  #fits(bytes: Buffer, records: FieldScanner, line: number): boolean {
    const expected = this.#fields.length
    let fields = records.fields
    while (fields > expected && records.starts[fields - 1] === records.ends[fields - 1]) fields -= 1
    if (fields === expected) return true
    this.#layout.misfit?.(bytes.toString('latin1', records.starts[0], records.ends[0]), line)
    this.#findings.error('legacy/field-count', { file: this.#file, line }, () => {
      const hint = fieldCountHint(bytes, records, { fields, expected, delimiter: this.#delimiter })
      return {
        message: `The row has ${fields} ${fields === 1 ? 'field' : 'fields'} where the header has ${expected}`,
        ...(hint !== undefined && { hint }),
      }
    })
    return false
  }

  /** What could not be read is the beginning of a record: waits for more of it, within limits. */
  #check(buffer: LineBuffer): void {
    if (buffer.rest > MAX_RECORD)
      this.#stop(
        'legacy/line-too-long',
        `A row is longer than ${MAX_RECORD} bytes`,
        'A quotation mark that is opened and not closed looks like this, and so does a file that is not a table.',
      )
    else if (buffer.binary) {
      this.stopped = true
      reportBinary(this.#findings, { file: this.#file, line: this.#line })
    }
  }

  #stop(code: string, message: string, hint?: string): void {
    this.stopped = true
    const place = { file: this.#file, line: this.#line }
    this.#findings.error(code, place, () => ({ message, ...(hint !== undefined && { hint }) }))
  }
}

/** Rows of separators alone are what a spreadsheet leaves behind. */
function isBlank(records: FieldScanner): boolean {
  for (let field = 0; field < records.fields; field += 1)
    if (records.starts[field] !== records.ends[field]) return false
  return true
}
