import type { Field } from '../../vector-table.js'
import { cut } from './field-names.js'

/** The most bytes that a text may have. */
export const textBytes = 254

/** Decimals and width that hold every double in the shortest form that reads back the same, `-2.2250738585072014e-308`. */
const doubleWidth = 24
const doubleDecimals = 15

export interface DbfField {
  /** At most ten bytes. */
  readonly name: string
  readonly letter: 'N' | 'F' | 'C' | 'L' | 'D'
  readonly width: number
  readonly decimals: number
  encode(value: string): string
}

export function dbfField(field: Field, name: string): DbfField {
  const of = (letter: DbfField['letter'], width: number, encode: DbfField['encode'], decimals = 0) => {
    return { name, letter, width, decimals, encode }
  }
  switch (field.type) {
    case 'integer':
      // Below nine digits every program takes it for a common integer.
      return of('N', Math.max(9, field.width), (value) => value.padStart(Math.max(9, field.width)))
    case 'double':
      return of('F', doubleWidth, double, doubleDecimals)
    case 'text':
      return of('C', Math.min(textBytes, Math.max(1, field.width)), (value) => cut(value, textBytes))
    case 'boolean':
      return of('L', 1, (value) => (value === 't' ? 'T' : 'F'))
    case 'date':
      return of('D', 8, (value) => value.replaceAll('-', ''))
  }
}

/** NaN and infinities are left blank. */
function double(value: string): string {
  const number = Number(value)
  if (!Number.isFinite(number)) return ''
  const decimal = String(number)
  // Small numbers have zeros in front of their digits.
  return (decimal.length > doubleWidth ? number.toExponential() : decimal).padStart(doubleWidth)
}

/** Without a date of its own: equal content has equal bytes. The text's encoding stands in the .cpg file. */
export function dbfHeader(fields: readonly DbfField[], records: number): Buffer {
  const header = Buffer.alloc(32 + 32 * fields.length + 1)
  header.set([0x03, 80, 1, 1])
  header.writeUInt32LE(records, 4)
  header.writeUInt16LE(header.length, 8)
  header.writeUInt16LE(recordBytes(fields), 10)
  for (const [index, { name, letter, width, decimals }] of fields.entries()) {
    const at = 32 + 32 * index
    header.write(name, at)
    header.write(letter, at + 11)
    header.set([width, decimals], at + 16)
  }
  header[header.length - 1] = 0x0d
  return header
}

/** One record; null is blank, and so is an empty text. */
export function dbfRecord(fields: readonly DbfField[], values: readonly (string | null)[]): Buffer {
  const record = Buffer.allocUnsafe(recordBytes(fields)).fill(' ')
  let at = 1
  for (const [index, field] of fields.entries()) {
    const value = values[index] ?? null
    if (value !== null) record.write(field.encode(value), at, field.width)
    else if (field.letter === 'L') record.write('?', at)
    at += field.width
  }
  return record
}

const recordBytes = (fields: readonly DbfField[]): number => fields.reduce((sum, { width }) => sum + width, 1)
