import type { FindingCollector, FindingLocation } from '@piecework/core/piece'
import { shownCharacters } from '../defaults.js'
import { LineSample } from '../ids/line-sample.js'
import { maxId } from '../ids/max-id.js'
import { isWhole, NUMBER } from '../numbers/decimal.js'
import { numberProblem } from '../numbers/number-problem.js'
import { rangeText } from '../numbers/range-text.js'
import { WholeNumberForms } from '../numbers/whole-number-forms.js'
import type { DelimitedRecord } from '../records/delimited-record.js'

interface NoNumber {
  readonly column: string
  readonly line: number
  readonly text: string
}

/** What programs write for a number that is none: R, C on Linux and C on Windows. */
const NO_NUMBER = /^(?:na|[+-]?nan(?:\(.*\))?|[+-]?inf(?:inity)?|[+-]?1\.#\w+)$/i

/** Reads the cells of a record; `column` is its name in messages. Undefined, with an error, if a cell cannot be read. */
export class ResultCells {
  readonly #file: string
  readonly #findings: FindingCollector
  readonly #forms = new WholeNumberForms()
  readonly #noNumbers = new LineSample<NoNumber>()

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
      message: `${column} is ${JSON.stringify(text.slice(0, shownCharacters))}; it must be yes or no`,
    }))
    return undefined
  }

  /** After the last record: what is told once for the file. */
  report(): void {
    const [file, findings] = [this.#file, this.#findings]
    this.#forms.report(file, findings, { readByMarxan: false })
    const { first, count, lines } = this.#noNumbers
    if (!first) return
    const { column, line, text } = first
    findings.warning('legacy/result-not-a-number', { file, line, column }, () =>
      count === 1
        ? { message: `${column} is ${text}, which is not a number; it is imported as unknown` }
        : {
            message: `${count} values are not numbers, ${column} is ${text} on line ${line} for instance; they are imported as unknown: lines ${lines}`,
            count,
          },
    )
  }

  #none(text: string, place: FindingLocation, column: string): boolean {
    if (text === '') return true
    if (!NO_NUMBER.test(text)) return false
    this.#noNumbers.add({ column, line: place.line ?? 0, text: text.slice(0, shownCharacters) })
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
        message: `${column} is ${text.slice(0, shownCharacters)}, which is not a whole number`,
      }))
      return undefined
    }
    if (value < min || value > max) {
      this.#findings.error('legacy/out-of-range', place, () => ({
        message: `${column} is ${value}; it must be ${rangeText(min, max)}`,
      }))
      return undefined
    }
    if (!/^[+-]?\d+$/.test(text)) this.#forms.add({ column, text, value, line: place.line ?? 0 })
    return value
  }

  #place({ line }: DelimitedRecord, column: string): FindingLocation {
    return { file: this.#file, line, column }
  }
}
