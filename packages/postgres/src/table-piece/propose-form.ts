import type { KeyForm } from '@piecework/core/piece'

const forms: readonly (readonly [RegExp, KeyForm])[] = [
  [/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'uuid'],
  [/^[0-9a-f]{12}[1-8][0-9a-f]{3}[89ab][0-9a-f]{15}$/, 'uuid-hex'],
  [/^c[0-9a-z]{24}$/, 'cuid'],
  [/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/, 'ulid'],
]

/** The form that keys look like of which these are some: what a developer may declare. */
export function proposeForm(keys: readonly string[]): KeyForm {
  const all = (pattern: RegExp): boolean => keys.every((key) => pattern.test(key))
  const length = keys[0]?.length ?? 0
  if (keys.length === 0 || keys.some((key) => key.length !== length)) return 'natural'
  const known = forms.find(([pattern]) => all(pattern))
  if (known) return known[1]
  if (length >= 20 && length <= 64 && all(/^[0-9a-f]+$/)) return { hex: length }
  if (length >= 16 && length <= 32 && all(/^[a-z][0-9a-z]+$/))
    return length === 24 ? 'cuid2' : { cuid2: length }
  return proposeNanoid(length, all)
}

const digits = '0123456789'
const small = 'abcdefghijklmnopqrstuvwxyz'
/** The default alphabet, and narrower ones that a host may check its ids by. */
const alphabets: readonly (readonly [RegExp, string | undefined])[] = [
  [/^[0-9a-z]+$/, digits + small],
  [/^[0-9A-Za-z]+$/, digits + small.toUpperCase() + small],
  [/^[\w-]+$/, undefined],
]

/** `natural` where keys of this length would have fewer than 80 bits. */
function proposeNanoid(length: number, all: (pattern: RegExp) => boolean): KeyForm {
  const [, alphabet] = alphabets.find(([pattern]) => all(pattern)) ?? [undefined, '']
  if (length > 64 || length * Math.log2(alphabet?.length ?? 64) < 80) return 'natural'
  if (alphabet) return { nanoid: { length, alphabet } }
  return length === 21 ? 'nanoid' : { nanoid: { length } }
}
