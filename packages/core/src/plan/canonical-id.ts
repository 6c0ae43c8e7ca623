import type { KeyForm } from '../contracts/key-form.js'
import { isSequenceForm } from '../key-forms.js'

/** Bytes of UTF-8: of longer ones, paths and indexes could not hold several. */
const longestText = 255
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

/** A driver may give a host numbers of its own. */
function canonicalInteger(id: unknown): string | undefined {
  const text = typeof id === 'number' || typeof id === 'bigint' ? String(id) : id
  if (typeof text !== 'string' || !/^\s*[+-]?\d{1,100}\s*$/.test(text)) return undefined
  const value = BigInt(text.trim().replace(/^\+/, ''))
  return value >= bigint.least && value <= bigint.most ? String(value) : undefined
}

/**
 * Not what a column cannot hold, nor what a column of fixed width takes for another: it ignores blanks at the
 * end.
 */
function canonicalText(id: string): string | undefined {
  if (id === '' || id.endsWith(' ') || id.includes('\0') || /\p{Surrogate}/u.test(id)) return undefined
  return Buffer.byteLength(id) <= longestText ? id : undefined
}
