import type { TextDecoder } from 'node:util'
import type { ZippedFile } from '@piecework/core/archive'
import { dbfDecoder } from './encoding.js'
import type { ShapefileLabels } from './shapefile-labels.js'

export interface DbfField {
  readonly name: string
  /** dBASE's letter: C text, N and F numbers as text. */
  readonly type: string
  readonly offset: number
  readonly length: number
}

export interface DbfHeader {
  readonly records: number
  readonly fields: readonly DbfField[]
  readonly headerLength: number
  readonly recordLength: number
  /** Of texts. */
  readonly decoder: TextDecoder
}

/** `deleted` records count as if they were not there. */
export interface DbfRecord {
  /** From 1. */
  readonly number: number
  readonly deleted: boolean
  /** Of this record and others. */
  readonly bytes: Buffer
  /** Where it begins in them. */
  readonly start: number
}

const LIVE = 0x20
const DELETED = 0x2a

/**
 * The attribute table is read here and not by the `shapefile` package, which cannot tell `****` from null, takes deleted
 * records for live ones, and decodes every attribute of every record where one is wanted.
 */
export async function readDbfHeader(
  file: ZippedFile,
  cpg: string | undefined,
  words: ShapefileLabels,
): Promise<DbfHeader> {
  const head = await firstBytes(file, 32)
  const headerLength = head.length < 32 ? 0 : head.readUInt16LE(8)
  const recordLength = head.length < 32 ? 0 : head.readUInt16LE(10)
  const records = head.length < 32 ? 0 : head.readUInt32LE(4)
  if (headerLength < 33 || recordLength < 1) throw broken(words, file, 'has no dBASE header')
  if (headerLength + records * recordLength > file.size)
    throw broken(words, file, `is truncated: it states ${records} records of ${recordLength} bytes`)
  const header = await firstBytes(file, headerLength)
  const decoder = dbfDecoder(cpg, head.readUInt8(29))
  const ways = [false, true].map((wide) => fieldsOf(header, decoder, wide))
  const fields = ways.find((way) => bytesOf(way) === recordLength)
  if (!fields)
    throw broken(
      words,
      file,
      `states ${recordLength} bytes a record, but its fields need ${bytesOf(ways[0] ?? [])}`,
    )
  return { records, fields, headerLength, recordLength, decoder }
}

/** `wide`: as Clipper writes texts of more than 255 bytes, with the high byte of the length where numbers have their decimals. */
function fieldsOf(header: Buffer, decoder: TextDecoder, wide: boolean): readonly DbfField[] {
  const fields: DbfField[] = []
  let offset = 1
  for (let at = 32; at + 32 <= header.length && header[at] !== 0x0d; at += 32) {
    const name = header.subarray(at, at + 11)
    const end = name.indexOf(0)
    const type = String.fromCharCode(header.readUInt8(at + 11))
    const length = header.readUInt8(at + 16) + (wide && type === 'C' ? 256 * header.readUInt8(at + 17) : 0)
    fields.push({ name: decoder.decode(end < 0 ? name : name.subarray(0, end)).trim(), type, offset, length })
    offset += length
  }
  return fields
}

/** Of a record: its flag and its fields. */
const bytesOf = (fields: readonly DbfField[]): number => fields.reduce((sum, { length }) => sum + length, 1)

/** All records, in batches of what one chunk of the file holds. Their bytes are valid until the next batch. */
export async function* dbfRecords(
  file: ZippedFile,
  { records, headerLength, recordLength }: DbfHeader,
  words: ShapefileLabels,
): AsyncIterable<readonly DbfRecord[]> {
  let skip = headerLength
  let number = 0
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of file.open()) {
    const bytes =
      rest.length === 0
        ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
        : Buffer.concat([rest, chunk])
    let at = Math.min(skip, bytes.length)
    skip -= at
    const batch: DbfRecord[] = []
    for (; number < records && at + recordLength <= bytes.length; at += recordLength) {
      number += 1
      const flag = bytes[at]
      // Anything else says that records begin elsewhere: ids would lose digits.
      if (flag !== LIVE && flag !== DELETED)
        throw broken(words, file, `has no record where number ${number} should begin`)
      batch.push({ number, deleted: flag === DELETED, bytes, start: at })
    }
    rest = number < records ? bytes.subarray(at) : Buffer.alloc(0)
    if (batch.length > 0) yield batch
  }
  if (number < records) throw broken(words, file, `ends after ${number} of ${records} records`)
}

/** The field of that name, else one that differs in case only. */
export const fieldNamed = ({ fields }: Pick<DbfHeader, 'fields'>, name: string): DbfField | undefined =>
  fields.find((field) => field.name === name) ??
  fields.find((field) => field.name.toLowerCase() === name.toLowerCase())

/** A field's text in the encoding of the table, up to a NUL and without white space around it; '' is null. */
export function decodedText(record: DbfRecord, field: DbfField, { decoder }: DbfHeader): string {
  const start = record.start + field.offset
  const bytes = record.bytes.subarray(start, start + field.length)
  const end = bytes.indexOf(0)
  return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end)).trim()
}

/** A field's bytes as text without padding, for numbers; '' is null. */
export const fieldText = ({ bytes, start }: DbfRecord, { offset, length }: DbfField): string =>
  bytes
    .toString('latin1', start + offset, start + offset + length)
    .replace(/^ +/, '')
    .replace(/[ \0]+$/, '')

const SPACE = 0x20
const ZERO = 0x30
const NINE = 0x39

/** The number that a field is where it holds one to nine digits and padding; undefined for anything else. Makes no text. */
export function fieldDigits({ bytes, start }: DbfRecord, { offset, length }: DbfField): number | undefined {
  const end = start + offset + length
  let at = start + offset
  while (at < end && bytes[at] === SPACE) at += 1
  const first = at
  let value = 0
  for (; at < end; at += 1) {
    const byte = bytes[at] as number
    if (byte < ZERO || byte > NINE) break
    value = 10 * value + byte - ZERO
  }
  if (at === first || at - first > 9) return undefined
  while (at < end && (bytes[at] === SPACE || bytes[at] === 0)) at += 1
  return at === end ? value : undefined
}

async function firstBytes(file: ZippedFile, length: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of file.open()) {
    chunks.push(chunk)
    size += chunk.length
    if (size >= length) break
  }
  return Buffer.concat(chunks).subarray(0, length)
}

const broken = (words: ShapefileLabels, file: ZippedFile, what: string) =>
  words.problem('dbf', `${file.name} of ${words.what} ${what}`)
