import { defaults } from '../defaults.js'
import { isCanonicalUuid } from './canonical-uuid.js'
import type { Column } from './catalogue.js'

/**
 * Whether a text is a value of the type, and none that the type rounds or cuts. Undefined: the database must
 * say so, for this process knows the usual spellings alone.
 */
export type ValueCheck = (text: string) => boolean | undefined

const blank = '[ \\t\\n\\v\\f\\r]*'
const whole = new RegExp(`^${blank}[+-]?\\d+${blank}$`)
const real = new RegExp(
  `^${blank}[+-]?(?:(?:\\d+\\.?\\d*|\\.\\d+)(?:e[+-]?\\d+)?|nan|inf(?:inity)?)${blank}$`,
  'i',
)
/** What a server prints for most of them: in the range of each type, and not rounded to 0. */
const printed = /^-?\d{1,15}(?:\.\d{1,20})?$/
/** Spellings of later servers: `0xFF`, `1_000`. */
const later = /^\s*[+-]?\d[\dxobA-F_]/i

const within = (bits: number): ValueCheck => {
  const limit = 1n << BigInt(bits - 1)
  return (text) => {
    if (!whole.test(text)) return later.test(text) ? undefined : false
    if (text.length < 5) return true
    const value = BigInt(text.trim().replace(/^\+/, ''))
    return value >= -limit && value < limit
  }
}

/**
 * @param rounded rounds to the type's precision: a value that becomes infinite or 0 is out of the type's
 * range
 * @param digits that every value keeps
 */
const float =
  (rounded: (value: number) => number, digits: number): ValueCheck =>
  (text) => {
    if (text.length <= digits && printed.test(text)) return true
    if (!real.test(text)) return later.test(text) ? undefined : false
    const value = rounded(Number(text))
    const inRange =
      value === 0 ? /^[^1-9e]*(?:e.*)?$/i.test(text) : Number.isFinite(value) || /[ni]/i.test(text)
    if (!inRange) return false
    return text.length <= digits || text.replace(/e.*/i, '').replace(/\D/g, '').length <= digits || undefined
  }

const json: ValueCheck = (text) => {
  // Nesting is a matter of the server's stack, and what is parsed here may take fifty times the memory.
  if (text.length >= defaults.parsedJsonCharacters) return undefined
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** NUL and lone surrogates, which JSON.stringify escapes, are refused by jsonb. */
const refusedEscape = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f]..)/
const jsonb: ValueCheck = (text) => {
  const valid = json(text)
  if (valid !== true) return valid
  if (text.includes('\\u') && refusedEscape.test(JSON.stringify(JSON.parse(text)))) return false
  const large = /\de[+-]?\d{4}/i
  // A text may look like a number.
  return large.test(text) && large.test(text.replace(/"(?:[^"\\]|\\.)*"/g, '""')) ? undefined : valid
}

const day = String.raw`(?!0000)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])`
const time = String.raw`(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d`
const fraction = (digits: number): string => (digits === 0 ? '' : `(?:\\.\\d{1,${digits}})?`)
const usual = (pattern: string): ValueCheck => {
  const expression = new RegExp(`^(?:${pattern})$`)
  return (text) => expression.test(text) || undefined
}

const upTo =
  (length: number): ValueCheck =>
  (text) =>
    text.length <= length || undefined

function numeric(precision: number | undefined, scale: number): ValueCheck {
  if (precision === undefined) {
    return (text) => {
      if (!real.test(text)) return later.test(text) ? undefined : false
      return (text.length < 100 && !/[ei]/i.test(text)) || undefined
    }
  }
  if (scale < 0 || scale > precision) return () => undefined
  return usual(`-?(?=\\.?\\d)0*\\d{0,${precision - scale}}${scale > 0 ? `(?:\\.\\d{1,${scale}})?` : ''}`)
}

/** Of a column's base type; `length` and `scale` are its modifiers. */
function checkOf(base: string, length: number | undefined, scale: number, written: boolean): ValueCheck {
  switch (base) {
    case 'text':
      return () => true
    case 'varchar':
    case 'bpchar':
      return length === undefined && base === 'bpchar'
        ? () => undefined
        : upTo(length ?? Number.POSITIVE_INFINITY)
    case 'uuid':
      return (text) => isCanonicalUuid(text) || undefined
    case 'int2':
      return within(16)
    case 'int4':
      return within(32)
    case 'int8':
      return within(64)
    case 'float4':
      return float(Math.fround, written ? Number.POSITIVE_INFINITY : 6)
    case 'float8':
      return float((value) => value, written ? Number.POSITIVE_INFINITY : 15)
    case 'numeric':
      return numeric(length, scale)
    case 'bool':
      return usual('[tf]')
    case 'json':
      return json
    case 'jsonb':
      return jsonb
    case 'bytea':
      return usual('\\\\x(?:[0-9a-f]{2})*')
    case 'bit':
      return usual(`[01]{${length ?? 1}}`)
    case 'varbit':
      return usual(`[01]{0,${length ?? ''}}`)
    case 'date':
      return usual(day)
    case 'time':
      return usual(`${time}${fraction(length ?? 6)}`)
    case 'timestamp':
      return usual(`${day} ${time}${fraction(length ?? 6)}`)
    case 'timestamptz':
      return usual(`${day} ${time}${fraction(length ?? 6)}\\+00`)
    default:
      return () => undefined
  }
}

/** Types of moments, with ranges and arrays of them. */
const moments = /^_?(?:date|time)|^_?(?:ts|tstz)(?:multi)?range$/
/** Words for another moment at each reading. */
const relative = /(?:^|[^a-z])(?:now|today|tomorrow|yesterday)(?![a-z])/i

/** @param written as a value of this very type, so that no number has more digits than it holds */
export function valueCheck(
  { base, stored, domain }: Pick<Column, 'base' | 'stored' | 'domain'>,
  written: boolean,
): ValueCheck {
  const [, length, scale] = /\((-?\d+)(?:,(-?\d+))?\)/.exec(stored) ?? []
  const usual = checkOf(base, length === undefined ? undefined : Number(length), Number(scale ?? 0), written)
  const check: ValueCheck = moments.test(base) ? (text) => (relative.test(text) ? false : usual(text)) : usual
  // What a domain allows besides, the database knows.
  return domain ? (text) => (check(text) === false ? false : undefined) : check
}
