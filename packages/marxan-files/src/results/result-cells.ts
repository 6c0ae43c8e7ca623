import type { FindingCollector, FindingLocation } from '@piecework/core/piece'
import { maxId } from '../ids/max-id.js'
import { isWhole, NUMBER } from '../numbers/decimal.js'
import { numberProblem } from '../numbers/number-problem.js'
import { rangeText } from '../numbers/range-text.js'
import type { DelimitedRecord } from '../records/delimited-record.js'

/** What programs write for a number that is none: R, C on Linux and C on Windows. */
const NO_NUMBER = /^(?:na|[+-]?nan(?:\(.*\))?|[+-]?inf(?:inity)?|[+-]?1\.#\w+)$/i

/** Reads the cells of a record; `column` is its name in messages. Undefined, with an error, if a cell cannot be read. */
export class ResultCells {
  readonly #file: string
  readonly #findings: FindingCollector

  constructor(file: string, findings: FindingCollector) {
    this.#file = file
    this.#findings = findings
  }

  /** An id or a run: an integer from `min`. */
  id(record: DelimitedRecord, field: number, column: string, min = 0): number | undefined {
    const plain = record.digits(field)
    if (plain >= min && plain <= maxId) return plain
    return this.#integer(record.text(field), this.#place(record, column), column, min, maxId)
  }

  /** Any integer; null for an empty cell. */
  integer(record: DelimitedRecord, field: number, column: string): number | null | undefined {
    const text = record.text(field)
    const place = this.#place(record, column)
    return this.#none(text, place, column) ? null : this.#integer(text, place, column, -maxId - 1, maxId)
  }

  /** Null if the file says that there is no number: an empty cell, or NaN and the like with a warning. */
  number(record: DelimitedRecord, field: number, column: string): number | null | undefined {
    const text = record.text(field)
    const place = this.#place(record, column)
    return this.#none(text, place, column) ? null : this.#number(text, place, column)
  }

  /** A number that must be there. */
  score(record: DelimitedRecord, field: number, column: string): number | undefined {
    return this.#number(record.text(field), this.#place(record, column), column)
  }

  /** Null for an empty cell. */
  yes(record: DelimitedRecord, field: number, column: string): boolean | null | undefined {
    const text = record.text(field).toLowerCase()
    if (text === '') return null
    if (text === 'yes' || text === 'no') return text === 'yes'
    this.#findings.error('legacy/yes-or-no', this.#place(record, column), () => ({
      message: `${column} is ${JSON.stringify(text.slice(0, 40))}; it must be yes or no`,
    }))
    return undefined
  }

  #none(text: string, place: FindingLocation, column: string): boolean {
    if (text === '') return true
    if (!NO_NUMBER.test(text)) return false
    this.#findings.warning('legacy/result-not-a-number', place, () => ({
      message: `${column} is ${text.slice(0, 40)}, which is not a number; it is imported as unknown`,
    }))
    return true
  }

  #number(text: string, place: FindingLocation, column: string): number | undefined {
    const value = NUMBER.test(text) ? Number(text) : Number.NaN
    if (Number.isFinite(value)) return value
    const { code, ...details } = numberProblem(text, column)
    this.#findings.error(code, place, () => details)
    return undefined
  }

  #integer(
    text: string,
    place: FindingLocation,
    column: string,
    min: number,
    max: number,
  ): number | undefined {
    const value = this.#number(text, place, column)
    if (value === undefined) return undefined
    if (!isWhole(text)) {
      this.#findings.error('legacy/integer-invalid', place, () => ({
        message: `${column} is ${text.slice(0, 40)}, which is not a whole number`,
      }))
      return undefined
    }
    if (value < min || value > max) {
      this.#findings.error('legacy/out-of-range', place, () => ({
        message: `${column} is ${value}; it must be ${rangeText(min, max)}`,
      }))
      return undefined
    }
    if (!/^[+-]?\d+$/.test(text))
      this.#findings.warning('legacy/integer-form', place, () => ({
        message: `${column} is written as ${text.slice(0, 40)} and read as ${value}`,
      }))
    return value
  }

  #place({ line }: DelimitedRecord, column: string): FindingLocation {
    return { file: this.#file, line, column }
  }
}
