import {
  dbfDecimalsAt,
  dbfFieldBytes,
  dbfFieldsEnd,
  dbfHeaderBytes,
  dbfHeaderLengthAt,
  dbfLengthAt,
  dbfRecordBytes,
  dbfRecordLengthAt,
  dbfRecordsAt,
  dbfTypeAt,
} from '../dbf-format.js'
import type { DbfColumn } from './dbf-column.js'

/** dBASE III, changed on 1 January 1980: equal content has equal bytes. */
const versionAndDate = [0x03, 80, 1, 1]

/** The encoding of texts is in the .cpg file. */
export function dbfHeader(columns: readonly DbfColumn[], records: number): Buffer {
  const header = Buffer.alloc(dbfHeaderBytes + dbfFieldBytes * columns.length + 1)
  header.set(versionAndDate)
  header.writeUInt32LE(records, dbfRecordsAt)
  header.writeUInt16LE(header.length, dbfHeaderLengthAt)
  header.writeUInt16LE(dbfRecordBytes(columns), dbfRecordLengthAt)
  for (const [index, { name, type, length, decimals }] of columns.entries()) {
    const at = dbfHeaderBytes + dbfFieldBytes * index
    header.write(name, at)
    header.write(type, at + dbfTypeAt)
    header.writeUInt8(length, at + dbfLengthAt)
    header.writeUInt8(decimals, at + dbfDecimalsAt)
  }
  header.writeUInt8(dbfFieldsEnd, header.length - 1)
  return header
}
