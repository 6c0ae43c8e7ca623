import type { OutputField } from '../../output-layer.js'
import { type DbfType, dbfTextBytes } from '../dbf-format.js'
import { cutText } from './cut-text.js'

/** How one field is written. */
export interface DbfColumn {
  /** At most ten bytes. */
  readonly name: string
  readonly type: DbfType
  readonly length: number
  readonly decimals: number
  encode(value: string): string
}

/** Length and decimals for every double in its shortest exact form: `-2.2250738585072014e-308`. */
const doubleLength = 24
const doubleDecimals = 15

/** Programs take shorter numbers for 32-bit integers, longer ones for larger types. */
const minIntegerLength = 9

export function dbfColumn({ type, width }: OutputField, name: string): DbfColumn {
  switch (type) {
    case 'integer': {
      const length = Math.max(minIntegerLength, width)
      return { name, type: 'N', length, decimals: 0, encode: (value) => value.padStart(length) }
    }
    case 'double':
      return { name, type: 'F', length: doubleLength, decimals: doubleDecimals, encode: encodeDouble }
    case 'text': {
      const length = Math.min(dbfTextBytes, Math.max(1, width))
      return { name, type: 'C', length, decimals: 0, encode: (value) => cutText(value, dbfTextBytes) }
    }
    case 'boolean':
      return { name, type: 'L', length: 1, decimals: 0, encode: (value) => (value === 't' ? 'T' : 'F') }
    case 'date':
      return { name, type: 'D', length: 8, decimals: 0, encode: (value) => value.replaceAll('-', '') }
  }
}

/** Blank for NaN and infinities. */
function encodeDouble(value: string): string {
  const number = Number(value)
  if (!Number.isFinite(number)) return ''
  const decimal = String(number)
  // Small numbers have leading zeros.
  return (decimal.length > doubleLength ? number.toExponential() : decimal).padStart(doubleLength)
}
