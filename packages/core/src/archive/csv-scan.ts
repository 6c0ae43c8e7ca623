import { isUtf8 } from 'node:buffer'
import { PieceworkError } from '../contracts/errors.js'

const quote = 0x22
const comma = 0x2c
const newline = 0x0a
const carriageReturn = 0x0d
const backslash = 0x5c
const dot = 0x2e

/** `unquoted`: outside of quotes; `quoted`: within; `closed`: behind a quote that ends a field or doubles. */
type State = 'unquoted' | 'quoted' | 'closed'

/**
 * Walks over the data records of a CSV file, chunk by chunk, and refuses what COPY would refuse or read
 * otherwise.
 */
export class CsvScan {
  /** Data records that have ended. */
  records = 0
  /** Bytes of the longest of them. */
  longestRecord = 0
  private readonly columns: number | undefined
  private state: State = 'unquoted'
  private fields = 1
  /** The bytes before this chunk: a record's first two show whether it is `\.`. */
  private before = newline
  private beforeThat = newline
  /** Of the present record, before this chunk. */
  private recordBytes = 0
  /** Offset of the present record in this chunk. */
  private recordStart = 0

  /** @param columns fields that each record must have; absent: any */
  constructor(columns?: number) {
    this.columns = columns
  }

  /** Of a record that has not ended. */
  get unfinishedBytes(): number {
    return this.recordBytes
  }

  /** Offset behind the last record that ends in `bytes`; 0 if none ends there. */
  over(bytes: Buffer): number {
    const { length } = bytes
    const nul = bytes.indexOf(0)
    const end = nul === -1 ? length : nul
    this.recordStart = 0
    let at = 0
    while (at < end) {
      if (this.state === 'quoted') at = this.overQuoted(bytes, at, end)
      else if (this.state === 'closed') at = this.overClosed(bytes, at)
      else at = this.overUnquoted(bytes, at, end)
    }
    if (nul !== -1) this.refuse('has a NUL byte')
    this.recordBytes += length - this.recordStart
    const beforeThat = this.byteAt(bytes, length - 2)
    this.before = this.byteAt(bytes, length - 1)
    this.beforeThat = beforeThat
    return this.recordStart
  }

  /** The bytes have ended. True if the last record lacks its newline. */
  end(): boolean {
    if (this.state === 'quoted') this.refuse('has a quoted field that does not end')
    if (this.recordBytes === 0) return false
    if (this.recordBytes === 2 && this.before === dot && this.beforeThat === backslash)
      this.refuse('is the end-of-data mark "\\."')
    this.longestRecord = Math.max(this.longestRecord, this.recordBytes)
    this.endRecord()
    return true
  }

  private overQuoted(bytes: Buffer, start: number, end: number): number {
    const closing = bytes.indexOf(quote, start)
    if (closing === -1 || closing >= end) return end
    this.state = 'closed'
    return closing + 1
  }

  private overClosed(bytes: Buffer, at: number): number {
    const byte = bytes[at]
    if (byte === quote) {
      this.state = 'quoted'
      return at + 1
    }
    if (byte !== comma && byte !== newline) this.refuse('has text behind a closing quote')
    this.state = 'unquoted'
    return at
  }

  /** The hot loop: nearly every byte is above the comma and costs one comparison. */
  private overUnquoted(bytes: Buffer, start: number, end: number): number {
    for (let at = start; at < end; at++) {
      const byte = bytes[at] as number
      if (byte > comma) continue
      if (byte === comma) this.fields++
      else if (byte === newline) {
        if (this.isEndMarker(bytes, at)) this.refuse('is the end-of-data mark "\\."')
        const bytesOfRecord = this.recordBytes + at + 1 - this.recordStart
        if (bytesOfRecord > this.longestRecord) this.longestRecord = bytesOfRecord
        this.endRecord()
        this.recordBytes = 0
        this.recordStart = at + 1
      } else if (byte === quote) {
        const previous = this.byteAt(bytes, at - 1)
        if (previous !== comma && previous !== newline) this.refuse('has a quote inside an unquoted field')
        this.state = 'quoted'
        return at + 1
      } else if (byte === carriageReturn) this.refuse('has a carriage return outside of quotes')
    }
    return end
  }

  private byteAt(bytes: Buffer, index: number): number {
    return index >= 0 ? (bytes[index] as number) : index === -1 ? this.before : this.beforeThat
  }

  private isEndMarker(bytes: Buffer, newlineAt: number): boolean {
    return (
      this.recordBytes + newlineAt - this.recordStart === 2 &&
      this.byteAt(bytes, newlineAt - 1) === dot &&
      this.byteAt(bytes, newlineAt - 2) === backslash
    )
  }

  private endRecord(): void {
    if (this.columns !== undefined && this.fields !== this.columns)
      this.refuse(`has ${this.fields} fields where the header has ${this.columns}`)
    this.records++
    this.fields = 1
  }

  /** The header is record 1. */
  private refuse(what: string): never {
    const record = this.records + 2
    throw new PieceworkError('archive-invalid', `Record ${record} ${what}`, { facts: { record } })
  }
}

/** Throws `archive-invalid` if whole records are not UTF-8; `records` counts those up to their end. */
export function assertUtf8(bytes: Uint8Array, records: number): void {
  if (!isUtf8(bytes))
    throw new PieceworkError('archive-invalid', `A record shortly before record ${records + 2} is not UTF-8`)
}
