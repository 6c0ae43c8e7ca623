import { dbfLive, dbfRecordBytes } from '../dbf-format.js'
import type { DbfColumn } from './dbf-column.js'

/** Writes one record of `dbfRecordBytes` at a place; null and '' are blank. */
export function writeDbfRecord(
  columns: readonly DbfColumn[],
  values: readonly (string | null)[],
  block: Buffer,
  start: number,
): void {
  block.fill(' ', start, start + dbfRecordBytes(columns))
  let at = block.writeUInt8(dbfLive, start)
  for (const [index, { type, length, encode }] of columns.entries()) {
    const value = values[index] ?? null
    if (value !== null) block.write(encode(value), at, length)
    else if (type === 'L') block.write('?', at)
    at += length
  }
}
