import { isUtf8 } from 'node:buffer'
import { PieceworkError } from '../contracts/errors.js'

const quote = 0x22
const comma = 0x2c
const newline = 0x0a
const carriageReturn = 0x0d
const backslash = 0x5c
const dot = 0x2e

/** Walks over the data records of a CSV file, chunk by chunk, and refuses what COPY would refuse or read otherwise. */
export interface CsvScan {
  /** Offset behind the last record that ends in `bytes`; 0 if none ends there. */
  over(bytes: Buffer): number
  /** The bytes have ended. True if the last record lacks its newline. */
  end(): boolean
  /** Data records that have ended. */
  readonly records: number
}

/** `unquoted`: outside of quotes; `quoted`: within; `closed`: behind a quote that ends a field or doubles. */
type State = 'unquoted' | 'quoted' | 'closed'

/** @param columns fields that each record must have */
export function csvScan(columns: number): CsvScan {
  let state: State = 'unquoted'
  let records = 0
  let fields = 1
  /** The bytes before this chunk: a record's first two show whether it is `\.`. */
  let before = newline
  let beforeThat = newline
  let recordBytes = 0

  // The header is record 1.
  const refuse = (what: string): never => {
    throw new PieceworkError('archive-invalid', `Record ${records + 2} ${what}`, {
      facts: { record: records + 2 },
    })
  }

  const endRecord = (): void => {
    if (fields !== columns) refuse(`has ${fields} fields where the header has ${columns}`)
    records++
    fields = 1
  }

  const over = (bytes: Buffer): number => {
    const { length } = bytes
    const nul = bytes.indexOf(0)
    const end = nul === -1 ? length : nul
    let recordStart = 0
    let at = 0
    const byteAt = (index: number): number =>
      index >= 0 ? (bytes[index] as number) : index === -1 ? before : beforeThat
    const isEndMarker = (newlineAt: number): boolean =>
      recordBytes + newlineAt - recordStart === 2 &&
      byteAt(newlineAt - 1) === dot &&
      byteAt(newlineAt - 2) === backslash

    while (at < end) {
      if (state === 'quoted') {
        const closing = bytes.indexOf(quote, at)
        if (closing === -1 || closing >= end) break
        at = closing + 1
        state = 'closed'
        continue
      }
      if (state === 'closed') {
        const byte = bytes[at]
        if (byte === quote) {
          state = 'quoted'
          at++
          continue
        }
        if (byte !== comma && byte !== newline) refuse('has text behind a closing quote')
        state = 'unquoted'
      }
      // The hot loop: nearly every byte is above the comma and costs one comparison.
      for (; at < end; at++) {
        const byte = bytes[at] as number
        if (byte > comma) continue
        if (byte === comma) fields++
        else if (byte === newline) {
          if (isEndMarker(at)) refuse('is the end-of-data mark "\\."')
          endRecord()
          recordBytes = 0
          recordStart = at + 1
        } else if (byte === quote) {
          const previous = byteAt(at - 1)
          if (previous !== comma && previous !== newline) refuse('has a quote inside an unquoted field')
          state = 'quoted'
          at++
          break
        } else if (byte === carriageReturn) refuse('has a carriage return outside of quotes')
      }
    }
    if (nul !== -1) refuse('has a NUL byte')
    recordBytes += length - recordStart
    beforeThat = byteAt(length - 2)
    before = byteAt(length - 1)
    return recordStart
  }

  const end = (): boolean => {
    if (state === 'quoted') refuse('has a quoted field that does not end')
    if (recordBytes === 0) return false
    if (recordBytes === 2 && before === dot && beforeThat === backslash)
      refuse('is the end-of-data mark "\\."')
    endRecord()
    return true
  }

  return {
    over,
    end,
    get records() {
      return records
    },
  }
}

/** Throws `archive-invalid` if whole records are not UTF-8; `records` counts those up to their end. */
export function assertUtf8(bytes: Uint8Array, records: number): void {
  if (!isUtf8(bytes))
    throw new PieceworkError('archive-invalid', `A record shortly before record ${records + 2} is not UTF-8`)
}
