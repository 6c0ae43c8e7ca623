import type { FindingCollector, FindingLocation } from '@piecework/core/piece'
import { maxRecordBytes } from '../defaults.js'
import { decode } from './decode.js'
import { delimiters, guessDelimiter } from './delimiter.js'
import { fieldCountHint } from './field-count-hint.js'
import { ESCAPED, FieldScanner } from './field-scanner.js'
import { isBlankLine, lineEnd, withoutByteOrderMark } from './line.js'
import { LineBuffer } from './line-buffer.js'
import { reportBinary } from './report-binary.js'

/** The first line of a file that is not blank, in `bytes[start, end)`. */
export interface HeaderLine {
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
  /** From 1. */
  readonly line: number
  readonly delimiter: string
  readonly names: readonly string[]
}

/** How to read the records behind a header. */
export interface RecordShape {
  readonly delimiter: string
  /** Number of fields. */
  readonly fields: number
  /** The first line is a record itself. */
  readonly headerless?: true
}

/** What the records of a kind of file look like. */
export interface RecordRules {
  /** Whether a column of such a file has this name. */
  isKnown(name: string): boolean
  /** Reads the header. Undefined if the file cannot be read: the errors have been reported. */
  header(header: HeaderLine): RecordShape | undefined
  /** Called with the first field of each record that has a wrong number of fields. */
  misfit?(first: string, line: number): void
  /** A record may have another delimiter than the header. */
  readonly mixedDelimiters?: true
  /** A record may have fewer fields. */
  readonly fewerFields?: true
  /** A record may have more fields, as a text may hold the delimiter. */
  readonly surplusFields?: true
}

/**
 * Reads the records of a delimited text file one at a time, without holding more of it than a chunk and a record. It is the current record
 * itself, valid until `next` is called again. Never throws because of what the file holds: everything that is wrong becomes a finding.
 */
export class RecordReader {
  /** Nothing more can be read; the reason has been reported. */
  stopped = false
  /** Line on which the record begins, from 1. */
  line = 1
  /** What stands between the fields; a space stands for runs of blanks. */
  delimiter = ','
  /** Offsets of the record's fields. */
  scanner = new FieldScanner(',')
  readonly #file: string
  readonly #rules: RecordRules
  readonly #findings: FindingCollector
  readonly #buffer = new LineBuffer()
  readonly #scanners = new Map<string, FieldScanner>()
  /** Undefined before the header. */
  #expected: number | undefined
  #started = false
  /** Line on which the next record begins. */
  #nextLine = 1
  #anyRecord = false

  constructor(file: string, rules: RecordRules, findings: FindingCollector) {
    this.#file = file
    this.#rules = rules
    this.#findings = findings
  }

  get bytes(): Buffer {
    return this.#buffer.bytes
  }

  get fields(): number {
    return this.scanner.fields
  }

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

  append(chunk: Uint8Array): void {
    this.#buffer.append(chunk)
  }

  /** The file has ended: what is left is its last record. */
  finish(): void {
    this.#buffer.finish()
  }

  /** Goes on to the next record with the right number of fields. False if more bytes are needed, or nothing more can be read. */
  next(): boolean {
    if (this.stopped) return false
    const buffer = this.#buffer
    if (this.#expected === undefined) this.#readHeader()
    const expected = this.#expected
    while (expected !== undefined && !this.stopped && buffer.at < buffer.end) {
      this.line = this.#nextLine
      if (!this.scanner.read(buffer.bytes, buffer.at, buffer.end)) break
      if (this.scanner.next - buffer.at > maxRecordBytes) break
      const fits = this.#fits(expected)
      buffer.at = this.scanner.next
      this.#nextLine += this.scanner.lines
      if (fits) return true
    }
    if (!this.stopped) this.#checkRest()
    return false
  }

  /** Reports what is wrong with the file as a whole, after its last record. */
  close(): void {
    if (this.stopped) return
    const file = this.#file
    if (this.#expected === undefined)
      this.#findings.error('legacy/file-empty', { file }, () => ({ message: `${file} is empty` }))
    else if (this.#buffer.rest > 0)
      this.#stop('legacy/quote-invalid', 'A quotation mark is opened and not closed')
    else if (!this.#anyRecord)
      this.#findings.error('legacy/no-rows', { file }, () => ({
        message: `${file} has a header and no rows`,
      }))
  }

  /** Skips blank lines and reads the header as soon as its line is complete. */
  #readHeader(): void {
    const buffer = this.#buffer
    const { bytes, end } = buffer
    if (end > 0 && !this.#started) {
      this.#started = true
      buffer.at = withoutByteOrderMark(bytes, buffer.at)
    }
    while (buffer.at < end) {
      const start = buffer.at
      const stop = lineEnd(bytes, start, end)
      if (stop - start > maxRecordBytes) return
      if (!isBlankLine(bytes, start, stop)) {
        this.#useHeader(start, stop)
        return
      }
      buffer.at = stop
      this.#nextLine += 1
    }
  }

  #useHeader(start: number, end: number): void {
    const { bytes } = this.#buffer
    const line = this.#nextLine
    const guess = guessDelimiter(bytes, start, end, (name) => this.#rules.isKnown(name))
    if (typeof guess === 'string') {
      this.#stop(
        'legacy/quote-invalid',
        guess === 'open'
          ? 'The header opens a quotation mark and does not close it'
          : 'In the header, text follows a closing quotation mark',
      )
      return
    }
    const shape = this.#rules.header({ ...guess, bytes, start, end, line })
    if (!shape) {
      this.stopped = true
      return
    }
    this.#expected = shape.fields
    this.#use(shape.delimiter)
    if (shape.headerless) return
    this.#buffer.at = end
    this.#nextLine += 1
  }

  /** Whether the record has the expected fields. Blank records do not, which is no error. */
  #fits(expected: number): boolean {
    if (isBlank(this.scanner)) return false
    if (this.scanner.fields !== expected || this.scanner.misquoted) return this.#misfits(expected)
    this.#anyRecord = true
    return true
  }

  #misfits(expected: number): boolean {
    if (this.#rules.mixedDelimiters) {
      const { at, bytes } = this.#buffer
      if (isBlankLine(bytes, at, this.scanner.next)) return false
      if (this.scanner.misquoted || this.scanner.fields < expected) this.#tryDelimiters(expected)
    }
    this.#anyRecord = true
    const { scanner } = this
    if (scanner.misquoted) {
      this.#findings.error('legacy/quote-invalid', this.#location(), () => ({
        message: 'Text follows a closing quotation mark',
        hint: 'Write a quotation mark inside quoted text twice.',
      }))
      return false
    }
    // More fields are fine if they are empty.
    while (scanner.fields > expected && isEmpty(scanner, scanner.fields - 1)) scanner.fields -= 1
    if (scanner.fields === expected || this.#mayDiffer(expected)) return true
    this.#reportFieldCount(expected)
    return false
  }

  #mayDiffer(expected: number): boolean {
    const { surplusFields, fewerFields } = this.#rules
    return (this.scanner.fields > expected ? surplusFields : fewerFields) === true
  }

  /** Reads the record by another delimiter if that makes the expected number of fields. */
  #tryDelimiters(expected: number): void {
    const { bytes, at, end } = this.#buffer
    const before = this.delimiter
    for (const delimiter of delimiters) {
      this.#use(delimiter)
      const { scanner } = this
      if (!scanner.read(bytes, at, end) || scanner.misquoted) continue
      if (scanner.fields === expected || (scanner.fields > expected && this.#rules.surplusFields)) return
    }
    this.#use(before)
    this.scanner.read(bytes, at, end)
  }

  #use(delimiter: string): void {
    const scanner = this.#scanners.get(delimiter) ?? new FieldScanner(delimiter)
    this.#scanners.set(delimiter, scanner)
    this.scanner = scanner
    this.delimiter = delimiter
  }

  #reportFieldCount(expected: number): void {
    const { scanner, bytes, delimiter } = this
    const { fields } = scanner
    this.#rules.misfit?.(bytes.toString('latin1', scanner.starts[0], scanner.ends[0]), this.line)
    this.#findings.error('legacy/field-count', this.#location(), () => {
      const hint = fieldCountHint(bytes, scanner, { expected, delimiter })
      return {
        message: `The row has ${fields} ${fields === 1 ? 'field' : 'fields'} where the header has ${expected}`,
        ...(hint !== undefined && { hint }),
      }
    })
  }

  /** What could not be read is the beginning of a record: more of it may come, within limits. */
  #checkRest(): void {
    const buffer = this.#buffer
    if (buffer.rest > maxRecordBytes)
      this.#stop(
        'legacy/line-too-long',
        `A row is longer than ${maxRecordBytes} bytes`,
        'A quotation mark that is opened and not closed looks like this, and so does a file that is not a table.',
      )
    else if (buffer.binary) {
      this.stopped = true
      reportBinary(this.#findings, { file: this.#file, line: this.#nextLine })
    }
  }

  #stop(code: string, message: string, hint?: string): void {
    this.stopped = true
    const location = { file: this.#file, line: this.#nextLine }
    this.#findings.error(code, location, () => ({ message, ...(hint !== undefined && { hint }) }))
  }

  #location(): FindingLocation {
    return { file: this.#file, line: this.line }
  }
}

const isEmpty = ({ starts, ends }: FieldScanner, field: number): boolean => starts[field] === ends[field]

/** Rows of separators alone are what a spreadsheet leaves behind. */
function isBlank(scanner: FieldScanner): boolean {
  for (let field = 0; field < scanner.fields; field += 1) if (!isEmpty(scanner, field)) return false
  return true
}
