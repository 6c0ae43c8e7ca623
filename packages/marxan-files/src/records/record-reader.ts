import type { FindingCollector } from '../findings.js'
import { NUMBER } from '../numbers/decimal.js'
import { MAX_RECORD } from '../results/limits.js'
import { columnName, type RecordLayout, type ResultRecord } from '../results/record-layout.js'
import { reportBinary } from '../tables/header.js'
import { decode } from './decode.js'
import { guessDelimiter } from './delimiter.js'
import { ESCAPED, FieldScanner } from './field-scanner.js'
import type { LineBuffer } from './line-buffer.js'

const LF = 0x0a
const CR = 0x0d
const DELIMITERS = [',', '\t', ';', ' ']
const BLANK: ReadonlySet<number> = new Set([0x20, 0x09, 0x2c, 0x3b])
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf]

/** Reads records out of a buffer of lines, as far as it holds whole ones. */
export class RecordReader implements ResultRecord {
  stopped = false
  line = 1
  delimiter = ','
  readonly #file: string
  readonly #layout: RecordLayout
  readonly #findings: FindingCollector
  readonly #readers = new Map(DELIMITERS.map((delimiter) => [delimiter, new FieldScanner(delimiter)]))
  #records: FieldScanner = this.#reader(',')
  #bytes: Buffer = Buffer.alloc(0)
  /** Undefined before the header. */
  #expected: number | undefined
  #started = false
  #any = false

  constructor(file: string, layout: RecordLayout, findings: FindingCollector) {
    this.#file = file
    this.#layout = layout
    this.#findings = findings
  }

  get fields(): number {
    return this.#records.fields
  }

  text(field: number): string {
    const { starts, ends, forms } = this.#records
    const { text } = decode(this.#bytes.subarray(starts[field], ends[field]))
    return (forms[field] === ESCAPED ? text.replaceAll('""', '"') : text).trim()
  }

  digits(field: number): number {
    const { starts, ends } = this.#records
    const end = ends[field] as number
    let value = 0
    let at = starts[field] as number
    if (at === end || end - at > 10) return Number.NaN
    for (; at < end; at += 1) {
      const digit = (this.#bytes[at] as number) - 0x30
      if (digit < 0 || digit > 9) return Number.NaN
      value = value * 10 + digit
    }
    return value
  }

  read(buffer: LineBuffer): void {
    this.#bytes = buffer.bytes
    if (!this.#started && buffer.end > 0) {
      this.#started = true
      if (BYTE_ORDER_MARK.every((byte, at) => buffer.bytes[at] === byte)) buffer.at += BYTE_ORDER_MARK.length
    }
    while (!this.stopped && buffer.at < buffer.end && this.#next(buffer)) {}
    if (this.stopped) return
    if (buffer.rest > MAX_RECORD)
      this.#stop('legacy/line-too-long', `A row is longer than ${MAX_RECORD} bytes`)
    else if (buffer.binary) {
      this.stopped = true
      reportBinary(this.#findings, this.#place())
    }
  }

  finish(buffer: LineBuffer): void {
    if (this.stopped) return
    if (buffer.rest > 0) this.#stop('legacy/quote-invalid', 'A quotation mark is opened and not closed')
    else if (this.#expected === undefined) this.#stop('legacy/file-empty', `${this.#file} is empty`)
    else if (!this.#any) this.#stop('legacy/no-rows', `${this.#file} has a header and no rows`)
  }

  /** False where more bytes are needed. */
  #next(buffer: LineBuffer): boolean {
    const { bytes, at, end } = buffer
    const stop = lineEnd(bytes, at, end)
    if (isBlank(bytes, at, stop)) {
      buffer.at = stop
      this.line += 1
      return true
    }
    if (this.#expected === undefined) return this.#header(buffer, stop)
    if (!this.#records.read(bytes, at, end)) return false
    let { next, lines } = this.#records
    if (this.#misfits() && this.#another(bytes, at, end)) ({ next, lines } = this.#records)
    this.#any = true
    if (this.#fits()) this.#layout.record(this)
    buffer.at = next
    this.line += lines
    return true
  }

  #header(buffer: LineBuffer, stop: number): boolean {
    const { bytes, at } = buffer
    const header = guessDelimiter(bytes, at, stop, (name) => this.#layout.known(columnName(name)))
    if (typeof header === 'string') {
      this.#stop('legacy/quote-invalid', 'In the header, quotation marks do not come in pairs')
      return true
    }
    this.#use(header.delimiter)
    if (NUMBER.test(header.names[0] ?? '')) {
      if (!this.#layout.headerless) {
        this.#stop('legacy/no-header', 'The first line holds numbers instead of the names of the columns')
        return true
      }
      this.#expected = this.#layout.header([], this.line)
      this.stopped = this.#expected === undefined
      return true
    }
    // Names that hold blanks are set apart by several.
    const wide =
      header.delimiter === ' '
        ? decode(bytes.subarray(at, stop))
            .text.trim()
            .split(/\s{2,}/)
        : []
    const names = wide.length > 1 ? wide : header.names
    this.#expected = this.#layout.header(names, this.line)
    this.stopped = this.#expected === undefined
    buffer.at = stop
    this.line += 1
    return true
  }

  #misfits(): boolean {
    const { fields, misquoted } = this.#records
    return misquoted || fields < (this.#expected ?? 0)
  }

  /** Another delimiter, where it makes the expected number of fields. */
  #another(bytes: Buffer, from: number, to: number): boolean {
    const before = this.delimiter
    for (const delimiter of DELIMITERS) {
      this.#use(delimiter)
      if (this.#records.read(bytes, from, to) && !this.#records.misquoted && this.#whole()) return true
    }
    this.#use(before)
    this.#records.read(bytes, from, to)
    return false
  }

  #whole(): boolean {
    const { fields } = this.#records
    const expected = this.#expected ?? 0
    return fields === expected || (fields > expected && this.#layout.surplus === true)
  }

  /** More fields than expected are fine when they are empty. */
  #fits(): boolean {
    const records = this.#records
    const expected = this.#expected ?? 0
    if (records.misquoted) {
      this.#findings.error('legacy/quote-invalid', this.#place(), () => ({
        message: 'Text follows a closing quotation mark',
      }))
      return false
    }
    let { fields } = records
    while (fields > expected && records.starts[fields - 1] === records.ends[fields - 1]) fields -= 1
    if (fields === expected || (fields > expected && this.#layout.surplus)) {
      records.fields = fields
      return true
    }
    if (fields < expected && this.#layout.headerless && fields > 0) return true
    this.#findings.error('legacy/field-count', this.#place(), () => ({
      message: `The row has ${fields} ${fields === 1 ? 'field' : 'fields'} where ${expected} are expected`,
    }))
    return false
  }

  #use(delimiter: string): void {
    this.delimiter = delimiter
    this.#records = this.#reader(delimiter)
  }

  #reader(delimiter: string): FieldScanner {
    return this.#readers.get(delimiter) ?? new FieldScanner(delimiter)
  }

  #place() {
    return { file: this.#file, line: this.line }
  }

  #stop(code: string, message: string): void {
    this.stopped = true
    this.#findings.error(code, this.#place(), () => ({ message }))
  }
}

/** Behind the end of the line that begins at `from`. */
function lineEnd(bytes: Buffer, from: number, to: number): number {
  let at = from
  while (bytes[at] !== LF && bytes[at] !== CR) at += 1
  return bytes[at] === CR && at + 1 < to && bytes[at + 1] === LF ? at + 2 : at + 1
}

function isBlank(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at] as number
    if (byte !== LF && byte !== CR && !BLANK.has(byte)) return false
  }
  return true
}
