import { dbfLive, dbfRecordBytes } from '../dbf-format.js'
import type { DbfColumn } from './dbf-column.js'

/** One record; null and '' are blank. */
export function dbfRecord(columns: readonly DbfColumn[], values: readonly (string | null)[]): Buffer {
  const record = Buffer.allocUnsafe(dbfRecordBytes(columns)).fill(' ')
  let at = record.writeUInt8(dbfLive)
  for (const [index, { type, length, encode }] of columns.entries()) {
    const value = values[index] ?? null
    if (value !== null) record.write(encode(value), at, length)
    else if (type === 'L') record.write('?', at)
    at += length
  }
  return record
}
