import type { FindingCollector, FindingSubject } from '@piecework/core/piece'
import { batchRows } from '../defaults.js'
import type { DelimitedRecord } from '../records/delimited-record.js'
import type { HeaderLine, RecordRules, RecordShape } from '../records/record-rules.js'
import { CellNotes } from './cell-notes.js'
import { type CellReader, cellReader } from './cells.js'
import { type ColumnMeanings, columnMeanings } from './column-meanings.js'
import type { Batch, Columns } from './columns.js'
import { readHeader } from './header.js'
import type { TableLayout } from './layout.js'

/** Turns the records of one table into batches of rows. */
export class TableRows<C extends Columns> implements RecordRules {
  readonly #layout: TableLayout<C>
  readonly #meanings: ColumnMeanings
  readonly #file: string
  readonly #findings: FindingCollector
  readonly #notes = new CellNotes()
  readonly #readers = new Map<string, CellReader>()
  /** By field of the record; undefined for fields that are not read. */
  #fields: (CellReader | undefined)[] = []
  #present: ReadonlySet<keyof C> = new Set()
  #lines = new Int32Array(0)
  #batch: Batch<C> | undefined
  #count = 0
  #record: DelimitedRecord | undefined

  constructor(layout: TableLayout<C>, file: string, findings: FindingCollector) {
    this.#layout = layout
    this.#meanings = columnMeanings(layout)
    this.#file = file
    this.#findings = findings
  }

  /** Rows that wait to be taken. */
  get count(): number {
    return this.#count
  }

  isKnown(name: string): boolean {
    return this.#meanings.has(name.toLowerCase())
  }

  header(header: HeaderLine): RecordShape | undefined {
    const fields = readHeader(header, {
      layout: this.#layout,
      meanings: this.#meanings,
      findings: this.#findings,
      location: { file: this.#file, line: header.line },
    })
    if (!fields) return undefined
    for (const [name, column] of Object.entries(this.#layout.columns))
      this.#readers.set(
        name,
        cellReader(name, column, this.#file, this.#findings, this.#notes, this.#subject),
      )
    this.#fields = fields.map((name) => (name === undefined ? undefined : this.#readers.get(name)))
    this.#present = new Set(fields.filter((name) => name !== undefined))
    this.#begin()
    return { delimiter: header.delimiter, fields: fields.length }
  }

  misfit(first: string, line: number): void {
    this.#layout.misfit?.(first, line)
  }

  /** True if a batch is full: take it. */
  add(record: DelimitedRecord): boolean {
    this.#record = record
    const { bytes, scanner, line } = record
    const { starts, ends, forms } = scanner
    const fields = this.#fields
    const row = this.#count
    let whole = true
    for (let field = 0; field < fields.length; field += 1) {
      const start = starts[field] as number
      const end = ends[field] as number
      const read = fields[field]?.read(bytes, start, end, forms[field] as number, row, line)
      if (read === false) whole = false
    }
    const { accept } = this.#layout
    if (!whole || (accept && this.#batch && !accept(this.#batch, row, line))) return false
    this.#lines[row] = line
    this.#count = row + 1
    return this.#count === batchRows
  }

  /** Of the row that is read, if its id can be. */
  readonly #subject = (): FindingSubject | undefined => {
    const { subject } = this.#layout
    const reader = subject && this.#readers.get(subject.column)
    const field = reader ? this.#fields.indexOf(reader) : -1
    if (!subject || !this.#record || field < 0) return undefined
    const text = this.#record.text(field)
    return /^\d{1,10}$/.test(text) ? { kind: subject.kind, key: `${Number(text)}` } : undefined
  }

  take(): Batch<C> {
    const batch = this.#cut(this.#count)
    this.#begin()
    return batch
  }

  /** After the last row. */
  close(): void {
    this.#notes.report(this.#file, this.#findings)
  }

  #begin(): void {
    for (const [name, reader] of this.#readers) reader.begin(batchRows, this.#present.has(name))
    this.#lines = new Int32Array(batchRows)
    this.#count = 0
    this.#batch = this.#cut(batchRows)
  }

  #cut(length: number): Batch<C> {
    const columns = Object.fromEntries(
      [...this.#readers].map(([name, { cells }]) => [
        name,
        length === batchRows
          ? cells
          : Array.isArray(cells)
            ? cells.slice(0, length)
            : cells.subarray(0, length),
      ]),
    ) as Batch<C>['columns']
    return { length, lines: this.#lines.subarray(0, length), columns, present: this.#present }
  }
}
