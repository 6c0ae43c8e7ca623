import type { FindingCollector } from '@piecework/core/piece'
import { reportBinary } from '../../records/report-binary.js'
import type { KnownIds } from '../../tables/table-ids.js'
import { UnitSet } from '../units/unit-set.js'
import { MatrixColumns } from './matrix-columns.js'
import { MatrixLines } from './matrix-lines.js'
import { numbered } from './numbered.js'
import type { WantedRuns } from './wanted-runs.js'

export interface MatrixRow {
  readonly run: number
  readonly line: number
  /** Valid until the next row is asked for. */
  readonly selected: UnitSet
}

/** Reads the rows of a solutions matrix out of chunks, cell by cell. */
export class MatrixReader {
  stopped = false
  readonly #file: string
  readonly #findings: FindingCollector
  readonly #lines = new MatrixLines(() => this.#field())
  readonly #columns: MatrixColumns
  readonly #selected: UnitSet
  readonly #runs = new Map<number, number>()
  readonly #wanted: WantedRuns
  /** Before the cells of the row that is read. */
  #label = ''
  #run: number | undefined
  /** The row is of no wanted run. */
  #leftover = false
  /** The row has no error so far. */
  #whole = true
  #blank = true
  #last = ''
  #header = true
  #rows = 0

  constructor(file: string, units: KnownIds, findings: FindingCollector, wanted: WantedRuns = {}) {
    this.#file = file
    this.#wanted = wanted
    this.#findings = findings
    this.#columns = new MatrixColumns(file, units, findings)
    this.#selected = new UnitSet(units.size)
  }

  read(chunk: Uint8Array, from: number): number {
    if (this.stopped) return -1
    const next = this.#lines.read(chunk, from)
    if (this.#lines.binary || this.#columns.stopped) {
      if (this.#lines.binary) reportBinary(this.#findings, this.#place())
      this.stopped = true
      return -1
    }
    return next
  }

  finish(): boolean {
    return !this.stopped && this.#lines.finish()
  }

  /** The line that has been read as a row of a run, if it is one. */
  row(): MatrixRow | undefined {
    const line = this.#lines.line
    const run = this.#row(line)
    this.#lines.begin()
    this.#whole = true
    this.#blank = true
    return run === undefined ? undefined : { run, line, selected: this.#selected }
  }

  close(): void {
    if (this.stopped || this.#rows > 0) return
    if (this.#header)
      this.#findings.error('legacy/file-empty', { file: this.#file }, () => ({
        message: `${this.#file} is empty`,
      }))
    else
      this.#findings.error('legacy/no-rows', { file: this.#file }, () => ({
        message: `${this.#file} has a header and no rows`,
      }))
  }

  #row(line: number): number | undefined {
    if (this.#blank) return undefined
    if (this.#header) {
      this.#header = false
      this.#columns.close(line)
      this.stopped = this.#columns.stopped
      return undefined
    }
    this.#rows += 1
    const run = this.#run
    if (run !== undefined && this.#leftover) {
      this.#wanted.leftover?.(run)
      return undefined
    }
    const place = { file: this.#file, line, column: 'run' }
    const before = run === undefined ? undefined : this.#runs.get(run)
    if (run === undefined)
      this.#findings.error('legacy/run-invalid', place, () => ({
        message: `The row begins with ${JSON.stringify(this.#label)} where the run's name is expected, S1 for instance`,
      }))
    else if (before !== undefined)
      this.#findings.error('legacy/run-duplicate', place, () => ({
        message: `The run ${run} stands on line ${before} and again on line ${line}`,
      }))
    else if (this.#fits(line) && this.#whole && this.#columns.whole) {
      this.#runs.set(run, line)
      return run
    }
    return undefined
  }

  /** An empty field at the end is fine. */
  #fits(line: number): boolean {
    const expected = this.#columns.size + 1
    const { fields } = this.#lines
    if (fields === expected || (fields === expected + 1 && this.#last === '')) return true
    this.#findings.error('legacy/field-count', { file: this.#file, line }, () => ({
      message: `The row has ${fields} fields where the header has ${expected}`,
    }))
    return false
  }

  #field(): void {
    const at = this.#lines.fields
    if (!this.#header && at > 0) {
      this.#cell(at - 1)
      return
    }
    const text = at === 0 && this.#lines.line === 1 ? this.#lines.text.replace(/^ï»¿/, '') : this.#lines.text
    if (text !== '') this.#blank = false
    if (this.#header) this.#columns.add(text, at, this.#lines.line)
    else this.#begin(text)
  }

  #begin(label: string): void {
    this.#selected.clear()
    this.#label = label
    this.#run = numbered('S', label, 1)
    this.#leftover = this.#run !== undefined && this.#wanted.runs?.has(this.#run) === false
    this.#last = label
  }

  #cell(column: number): void {
    this.#blank = false
    if (this.#leftover) return
    const { bit } = this.#lines
    const unit = this.#columns.unit(column)
    if (bit === 1 && unit >= 0) this.#selected.add(unit)
    if (bit >= 0) {
      this.#last = 'bit'
      return
    }
    const { text } = this.#lines
    this.#last = text
    // Quoted, or with blanks around it.
    if (text === '0' || text === '1') {
      if (text === '1' && unit >= 0) this.#selected.add(unit)
      return
    }
    if (column >= this.#columns.size) return
    this.#whole = false
    this.#findings.error(
      'legacy/solution-invalid',
      { ...this.#place(), column: this.#columns.name(column) },
      () => ({ message: `${this.#columns.name(column)} is ${JSON.stringify(text)}; it must be 0 or 1` }),
    )
  }

  #place() {
    return { file: this.#file, line: this.#lines.line }
  }
}
