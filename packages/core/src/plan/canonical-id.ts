import type { KeyForm } from '../contracts/key-form.js'
import { nameDefaults } from '../defaults.js'
import { isSequenceForm } from '../key-forms.js'

const bigint = { least: -(2n ** 63n), most: 2n ** 63n - 1n }

/**
 * The one spelling of an id: a uuid in lower case with dashes, an integer as a decimal, a text as it is.
 * Undefined for what no row can have. Integers of all 64 bits: the column may hold fewer.
 */
export function canonicalId(form: KeyForm, id: unknown): string | undefined {
  if (isSequenceForm(form)) return canonicalInteger(id)
  if (typeof id !== 'string') return undefined
  return form === 'uuid' ? canonicalUuid(id) : canonicalText(id)
}

/** As PostgreSQL reads it: in braces, and with a dash after any four digits. */
function canonicalUuid(id: string): string | undefined {
  const bare = /^\{(.*)\}$/s.exec(id)?.[1] ?? id
  if (!/^(?:[0-9a-f]{4}-?){7}[0-9a-f]{4}$/i.test(bare)) return undefined
  const [, ...groups] = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/.exec(bare.replaceAll('-', '').toLowerCase()) ?? []
  return groups.join('-')
}

/** As PostgreSQL 16 reads it: decimal, hexadecimal, octal or binary, with `_` between digits. */
const integer =
  /^[ \t\n\v\f\r]*([+-]?)(0x(?:_?[0-9a-f])+|0o(?:_?[0-7])+|0b(?:_?[01])+|\d+(?:_\d+)*)[ \t\n\v\f\r]*$/i

/** A driver may give a host numbers of its own; one beyond 2^53 is rounded, and may have been another. */
function canonicalInteger(id: unknown): string | undefined {
  if (typeof id === 'number' && !Number.isSafeInteger(id)) return undefined
  const text = typeof id === 'number' || typeof id === 'bigint' ? String(id) : id
  if (typeof text !== 'string' || text.length > nameDefaults.idBytes) return undefined
  const [, sign, digits] = integer.exec(text) ?? []
  if (digits === undefined) return undefined
  const amount = BigInt(digits.replaceAll('_', ''))
  const value = sign === '-' ? -amount : amount
  return value >= bigint.least && value <= bigint.most ? String(value) : undefined
}

/**
 * Not what a column cannot hold, nor what a column of fixed width takes for another: it ignores blanks at the
 * end.
 */
function canonicalText(id: string): string | undefined {
  if (id === '' || id.endsWith(' ') || id.includes('\0') || /\p{Surrogate}/u.test(id)) return undefined
  return Buffer.byteLength(id) <= nameDefaults.idBytes ? id : undefined
}
