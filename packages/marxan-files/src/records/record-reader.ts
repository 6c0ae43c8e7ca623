import type { FindingCollector } from '@piecework/core/piece'
import { maxRecordBytes } from '../defaults.js'
import { binaryHeadBytes } from './binary-kind.js'
import { DelimitedRecord } from './delimited-record.js'
import { guessDelimiter } from './delimiter.js'
import { isBlankLine, lineEnd, withoutByteOrderMark } from './line.js'
import { LineBuffer } from './line-buffer.js'
import type { RecordRules } from './record-rules.js'
import { reportBinary } from './report-binary.js'
import { settleMisfit } from './settle-misfit.js'

/**
 * Reads the records of a delimited text file one at a time, without holding more of it than a chunk and a record. Never throws because of
 * what the file holds: everything that is wrong becomes a finding.
 */
export class RecordReader {
  /** Nothing more can be read; the reason has been reported. */
  stopped = false
  /** That `next` has come to. */
  readonly record: DelimitedRecord
  readonly #file: string
  readonly #rules: RecordRules
  readonly #findings: FindingCollector
  readonly #buffer = new LineBuffer()
  /** The first bytes of the file. */
  #head = Buffer.alloc(0)
  /** Fields of a record; undefined before the header. */
  #expected: number | undefined
  #started = false
  /** Line on which the next record begins. */
  #nextLine = 1
  #anyRecord = false

  constructor(file: string, rules: RecordRules, findings: FindingCollector) {
    this.#file = file
    this.#rules = rules
    this.#findings = findings
    this.record = new DelimitedRecord(this.#buffer)
  }

  append(chunk: Uint8Array): void {
    if (this.#head.length < binaryHeadBytes)
      this.#head = Buffer.concat([this.#head, chunk.subarray(0, binaryHeadBytes - this.#head.length)])
    this.#buffer.append(chunk)
  }

  /** The file has ended: what is left is its last record. */
  finish(): void {
    this.#buffer.finish()
  }

  /** Goes on to the next record with the right number of fields. False if more bytes are needed, or nothing more can be read. */
  next(): boolean {
    if (this.stopped) return false
    const { record } = this
    const buffer = this.#buffer
    if (this.#expected === undefined) this.#readHeader()
    const expected = this.#expected
    while (expected !== undefined && !this.stopped && buffer.at < buffer.end) {
      record.line = this.#nextLine
      if (!record.read() || record.scanner.next - buffer.at > maxRecordBytes) break
      const fits = this.#fits(record, expected)
      buffer.at = record.scanner.next
      this.#nextLine += record.scanner.lines
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
      this.#stop(
        'legacy/quote-invalid',
        'A quotation mark is opened and not closed',
        'Look for a field that begins with a quotation mark and has none at its end, on this line or a later one.',
      )
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
    const shape = this.#rules.header({ ...guess, bytes, start, end, line, head: this.#head })
    if (!shape) {
      this.stopped = true
      return
    }
    this.#expected = shape.fields
    this.record.use(shape.delimiter)
    if (shape.headerless) return
    this.#buffer.at = end
    this.#nextLine += 1
  }

  /** False for blank records too. */
  #fits(record: DelimitedRecord, expected: number): boolean {
    if (record.isBlank()) return false
    if (record.fields === expected && !record.scanner.misquoted) {
      this.#anyRecord = true
      return true
    }
    const { bytes, at } = this.#buffer
    const rules = this.#rules
    if (rules.mixedDelimiters && isBlankLine(bytes, at, record.scanner.next)) return false
    this.#anyRecord = true
    return settleMisfit(record, { file: this.#file, rules, findings: this.#findings, expected })
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
      reportBinary(this.#findings, { file: this.#file, line: this.#nextLine }, this.#head)
    }
  }

  #stop(code: string, message: string, hint?: string): void {
    this.stopped = true
    const location = { file: this.#file, line: this.#nextLine }
    this.#findings.error(code, location, () => ({ message, ...(hint !== undefined && { hint }) }))
  }
}
