import type { TextDecoder } from 'node:util'
import type { ZippedFile } from '@piecework/core/archive'
import type { AttributeField } from '../../attribute-table.js'
import type { LayerLabels } from '../../layer-labels.js'
import {
  dbfFieldBytes,
  dbfFieldsEnd,
  dbfHeaderBytes,
  dbfHeaderLengthAt,
  dbfLanguageAt,
  dbfLengthAt,
  dbfNameBytes,
  dbfRecordBytes,
  dbfRecordLengthAt,
  dbfRecordsAt,
  dbfTypeAt,
} from '../dbf-format.js'
import { BufferedBytes } from './buffered-bytes.js'
import { dbfDecoder } from './dbf-encoding.js'

export interface DbfField extends AttributeField {
  /** Where it begins in a record. */
  readonly offset: number
  readonly length: number
}

/** How the records of a .dbf are laid out. */
export interface DbfLayout {
  readonly records: number
  readonly fields: readonly DbfField[]
  readonly headerLength: number
  readonly recordLength: number
  readonly decoder: TextDecoder
}

/**
 * Reads the header of a .dbf. `cpg` is the content of the .cpg file. Throws the problem `dbf` if it is broken
 * or truncated.
 */
export async function readDbfLayout(
  file: ZippedFile,
  cpg: string | undefined,
  labels: LayerLabels,
): Promise<DbfLayout> {
  const source = new BufferedBytes(file.open())
  try {
    if (!(await source.fill(dbfHeaderBytes))) throw brokenDbf(labels, file, 'has no dBASE header')
    const head = source.peek(dbfHeaderBytes)
    const headerLength = head.readUInt16LE(dbfHeaderLengthAt)
    const recordLength = head.readUInt16LE(dbfRecordLengthAt)
    const records = head.readUInt32LE(dbfRecordsAt)
    if (headerLength < dbfHeaderBytes + 1 || recordLength < 1)
      throw brokenDbf(labels, file, 'has no dBASE header')
    if (headerLength + records * recordLength > file.size || !(await source.fill(headerLength)))
      throw brokenDbf(labels, file, `is truncated: it states ${records} records of ${recordLength} bytes`)
    const decoder = dbfDecoder(cpg, head.readUInt8(dbfLanguageAt))
    const header = source.peek(headerLength)
    const variants = [false, true].map((wide) => fieldsOf(header, decoder, wide))
    const fields = variants.find((variant) => dbfRecordBytes(variant) === recordLength)
    if (!fields)
      throw brokenDbf(
        labels,
        file,
        `states ${recordLength} bytes a record, but its fields need ${dbfRecordBytes(variants[0] ?? [])}`,
      )
    return { records, fields, headerLength, recordLength, decoder }
  } finally {
    await source.close()
  }
}

/** `wide`: Clipper stores the high byte of the length of a text where numbers have their decimals. */
function fieldsOf(header: Buffer, decoder: TextDecoder, wide: boolean): readonly DbfField[] {
  const fields: DbfField[] = []
  let offset = 1
  for (
    let at = dbfHeaderBytes;
    at + dbfFieldBytes <= header.length && header[at] !== dbfFieldsEnd;
    at += dbfFieldBytes
  ) {
    const name = header.subarray(at, at + dbfNameBytes)
    const end = name.indexOf(0)
    const type = String.fromCharCode(header.readUInt8(at + dbfTypeAt))
    const high = wide && type === 'C' ? header.readUInt8(at + dbfLengthAt + 1) : 0
    const length = header.readUInt8(at + dbfLengthAt) + 256 * high
    fields.push({
      name: decoder.decode(end < 0 ? name : name.subarray(0, end)).trim(),
      index: fields.length,
      kind: type === 'C' ? 'text' : type === 'N' || type === 'F' ? 'number' : 'other',
      type,
      offset,
      length,
    })
    offset += length
  }
  return fields
}

export const brokenDbf = (labels: LayerLabels, file: ZippedFile, what: string) =>
  labels.problem('dbf', `${file.name} of ${labels.what} ${what}`)
