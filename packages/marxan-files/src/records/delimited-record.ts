import { decode } from './decode.js'
import { ESCAPED, FieldScanner } from './field-scanner.js'
import type { LineBuffer } from './line-buffer.js'

/** One record of a delimited file, valid until the next one is read. */
export class DelimitedRecord {
  /** Line on which it begins, from 1. */
  line = 1
  /** What stands between the fields; a space stands for runs of blanks. */
  delimiter = ','
  /** Offsets of the fields. */
  scanner = new FieldScanner(',')
  readonly #buffer: LineBuffer
  readonly #scanners = new Map([[',', this.scanner]])

  constructor(buffer: LineBuffer) {
    this.#buffer = buffer
  }

  get bytes(): Buffer {
    return this.#buffer.bytes
  }

  get fields(): number {
    return this.scanner.fields
  }

  /** Without blanks and quotation marks around it. */
  text(field: number): string {
    const { starts, ends, forms } = this.scanner
    const { text } = decode(this.bytes.subarray(starts[field], ends[field]))
    return (forms[field] === ESCAPED ? text.replaceAll('""', '"') : text).trim()
  }

  /** The field as an integer; NaN unless it is made of at most ten digits. */
  digits(field: number): number {
    const { bytes } = this
    const end = this.scanner.ends[field] as number
    let at = this.scanner.starts[field] as number
    if (at === end || end - at > 10) return Number.NaN
    let value = 0
    for (; at < end; at += 1) {
      const digit = (bytes[at] as number) - 0x30
      if (digit < 0 || digit > 9) return Number.NaN
      value = value * 10 + digit
    }
    return value
  }

  isEmpty(field: number): boolean {
    return this.scanner.starts[field] === this.scanner.ends[field]
  }

  /** Rows of separators alone are what a spreadsheet leaves behind. */
  isBlank(): boolean {
    for (let field = 0; field < this.scanner.fields; field += 1) if (!this.isEmpty(field)) return false
    return true
  }

  /** Reads the record at the buffer's place by the current delimiter. False if it is not complete. */
  read(): boolean {
    const { bytes, at, end } = this.#buffer
    return this.scanner.read(bytes, at, end)
  }

  use(delimiter: string): void {
    const scanner = this.#scanners.get(delimiter) ?? new FieldScanner(delimiter)
    this.#scanners.set(delimiter, scanner)
    this.scanner = scanner
    this.delimiter = delimiter
  }
}
