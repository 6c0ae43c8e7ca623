import type { FindingCollector } from '@piecework/core/piece'
import { maxSurplusMatrixColumns } from '../../defaults.js'
import { pluralize } from '../../pluralize.js'
import type { KnownIds } from '../../tables/table-ids.js'
import { UnitSet } from '../units/unit-set.js'
import { numbered } from './numbered.js'

/** The planning units of a matrix, by column. */
export class MatrixColumns {
  size = 0
  /** The header has no errors so far. */
  whole = true
  /** The file cannot be read further; the reason has been reported. */
  stopped = false
  readonly #file: string
  readonly #units: KnownIds
  readonly #findings: FindingCollector
  readonly #seen: UnitSet
  /** -1 for a column of no unit. */
  #indexes = new Int32Array(1024)
  /** Of the last column: it may be that of a trailing separator. */
  #last = ''

  constructor(file: string, units: KnownIds, findings: FindingCollector) {
    this.#file = file
    this.#units = units
    this.#findings = findings
    this.#seen = new UnitSet(units.size)
  }

  /** Index of the column's unit; -1 for none. */
  unit(column: number): number {
    return column < this.size ? (this.#indexes[column] as number) : -1
  }

  name(column: number): string {
    const index = this.unit(column)
    return index < 0 ? `column ${column + 2}` : `P${this.#units.id(index)}`
  }

  add(text: string, at: number, line: number): void {
    if (at === 0) {
      if (/^S?\d+$/i.test(text)) this.#noHeader(line)
      return
    }
    if (this.stopped) return
    if (at === 1 && /^[01]$/.test(text)) {
      this.#noHeader(line)
      return
    }
    if (this.#last === '' && at > 1) this.#report('column-invalid', '', line)
    this.#last = text
    if (this.size > this.#units.size + maxSurplusMatrixColumns) {
      this.stopped = true
      this.#findings.error('legacy/field-count', { file: this.#file, line }, () => ({
        message: `The header has more columns than pu.dat has planning units, which are ${this.#units.size}`,
      }))
      return
    }
    if (this.size === this.#indexes.length) {
      const indexes = new Int32Array(this.size * 2)
      indexes.set(this.#indexes)
      this.#indexes = indexes
    }
    this.#indexes[this.size] = text === '' ? -1 : this.#index(text, line)
    this.size += 1
  }

  /** The header has ended. */
  close(line: number): void {
    if (this.#last === '' && this.size > 0) this.size -= 1
    if (this.size === 0) this.#noHeader(line)
    const missing = this.#units.size - this.#seen.size
    if (this.whole && !this.stopped && missing > 0)
      this.#findings.warning('legacy/units-missing', { file: this.#file, line }, () => ({
        message: `${pluralize(missing, 'planning unit of pu.dat is', 'planning units of pu.dat are')} not in the matrix: taken as not selected`,
        count: missing,
      }))
  }

  #noHeader(line: number): void {
    this.stopped = true
    this.#findings.error('legacy/no-header', { file: this.#file, line }, () => ({
      message: 'The first line does not name the planning units',
      hint: 'It must read SolutionsMatrix,P1,P2 and so on: set SOLUTIONSMATRIXHEADERS to 1 and run Marxan again, or leave the results out (marxan-check: --no-results).',
    }))
  }

  #index(text: string, line: number): number {
    const id = numbered('P', text, 0)
    if (id === undefined) {
      this.#report('column-invalid', text, line)
      return -1
    }
    const index = this.#units.get(id)
    if (index < 0) this.#report('unit-unknown', text, line)
    else if (!this.#seen.add(index)) {
      this.#report('id-duplicate', text, line)
      return -1
    }
    return index
  }

  #report(problem: keyof typeof problems, text: string, line: number): void {
    this.whole = false
    this.#findings.error(`legacy/${problem}`, { file: this.#file, line, column: text }, () => ({
      message: problems[problem](text),
    }))
  }
}

const problems = {
  'column-invalid': (text: string) =>
    `A column is named ${JSON.stringify(text)}; it must be P and the id of a planning unit`,
  'unit-unknown': (text: string) => `The planning unit of the column ${text} is not in pu.dat`,
  'id-duplicate': (text: string) => `The column ${text} stands in the header twice`,
}
