import type { KeyForm, TextForm } from './contracts/key-form.js'
import { nameDefaults } from './defaults.js'

/**
 * How a text is made of the sha256 of job, table and old key. `hex`: its first digits. `characters`: one of
 * each alphabet, at the rest of a byte of the hash by the alphabet's length; bytes behind the 32nd are those
 * of the sha256 of the hash.
 */
export type KeyShape =
  | { readonly type: 'uuid'; readonly dashes: boolean }
  | { readonly type: 'hex'; readonly length: number }
  | { readonly type: 'characters'; readonly alphabets: readonly string[] }

const digits = '0123456789'
const letters = 'abcdefghijklmnopqrstuvwxyz'
const base36 = digits + letters
const nanoidAlphabet = `${digits}${letters.toUpperCase()}_${letters}-`
const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

const repeated = (alphabet: string, length: number): string[] => Array<string>(length).fill(alphabet)
const characters = (...alphabets: readonly string[]): KeyShape => ({ type: 'characters', alphabets })

/** The form must be one without problems. */
export function keyShape(form: TextForm): KeyShape {
  if (form === 'uuid') return { type: 'uuid', dashes: true }
  if (form === 'uuid-hex') return { type: 'uuid', dashes: false }
  if (form === 'cuid') return characters('c', ...repeated(base36, 24))
  if (form === 'ulid') return characters(crockford.slice(0, 8), ...repeated(crockford, 25))
  if (form === 'cuid2') return keyShape({ cuid2: 24 })
  if (form === 'nanoid') return keyShape({ nanoid: {} })
  if ('hex' in form) return { type: 'hex', length: form.hex }
  if ('cuid2' in form) return characters(letters, ...repeated(base36, form.cuid2 - 1))
  const { length = 21, alphabet = nanoidAlphabet } = form.nanoid
  return characters(...repeated(alphabet, length))
}

export const isTextForm = (form: KeyForm): form is TextForm =>
  form !== 'natural' && !(typeof form === 'object' && 'sequence' in form)

export const isSequenceForm = (form: KeyForm | undefined): form is Extract<KeyForm, { sequence: string }> =>
  typeof form === 'object' && 'sequence' in form

/** Number of characters of each key of this form. */
export function keyLength(form: TextForm): number {
  const shape = keyShape(form)
  if (shape.type === 'uuid') return shape.dashes ? 36 : 32
  return shape.type === 'hex' ? shape.length : shape.alphabets.length
}

/** What is wrong with a form, as the end of a sentence about it; undefined if nothing is. */
export function keyFormProblem(form: KeyForm): string | undefined {
  if (typeof form !== 'object' || 'sequence' in form) return undefined
  if ('nanoid' in form) {
    const { alphabet } = form.nanoid
    if (alphabet !== undefined && !/^[\w.~-]{2,}$/.test(alphabet))
      return 'needs an alphabet of at least two letters, digits and "-_.~"'
    if (alphabet !== undefined && new Set(alphabet).size < alphabet.length)
      return 'has a character twice in its alphabet'
  }
  const most = 'cuid2' in form ? 32 : nameDefaults.keyCharacters
  const length = 'hex' in form ? form.hex : 'cuid2' in form ? form.cuid2 : (form.nanoid.length ?? 21)
  if (length > most) return `has ${length} characters, and ${most} is the most`
  const bits = Math.floor(bitsOf(form))
  return bits < nameDefaults.keyBits
    ? `has ${bits} bits, and ${nameDefaults.keyBits} is the least`
    : undefined
}

function bitsOf(form: TextForm): number {
  const shape = keyShape(form)
  if (shape.type === 'uuid') return 112
  if (shape.type === 'hex') return 4 * shape.length
  return shape.alphabets.reduce((bits, { length }) => bits + Math.log2(length), 0)
}

/** The words by which a form is declared: `{ hex: 24 }`. */
export function keyFormText(form: KeyForm): string {
  if (typeof form === 'string') return `'${form}'`
  const [name, value] = Object.entries(form)[0] ?? ['', '']
  if (typeof value === 'number') return `{ ${name}: ${value} }`
  if (typeof value === 'string') return `{ ${name}: '${value}' }`
  const parts = Object.entries(value as object).map(
    ([key, one]) => `${key}: ${typeof one === 'string' ? `'${one}'` : one}`,
  )
  return `{ ${name}: { ${parts.join(', ')} } }`
}
