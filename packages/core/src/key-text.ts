import { hash } from 'node:crypto'
import type { KeyShape } from './key-forms.js'

/** A new key of that shape. `digest`: the sha256 in hex. */
export function keyText(shape: KeyShape, digest: string): string {
  if (shape.type === 'uuid') return uuid(digest, shape.dashes ? '-' : '')
  if (shape.type === 'hex') return digest.slice(0, shape.length)
  const { alphabets } = shape
  const bytes = Buffer.from(digest, 'hex')
  const rest = alphabets.length > bytes.length ? hash('sha256', bytes, 'buffer') : bytes
  let text = ''
  for (let at = 0; at < alphabets.length; at++) {
    const alphabet = alphabets[at] as string
    const byte = (at < bytes.length ? bytes[at] : rest[at - bytes.length]) as number
    text += alphabet[byte % alphabet.length]
  }
  return text
}

/**
 * Bytes 6 and 8 of a UUIDv8 as we make it: 1000 is the version's four bits, 10 the variant's two of RFC 9562.
 */
const versionAndVariant = '89'

/** Of the first 16 bytes. */
const uuid = (hex: string, dash: string): string =>
  `${hex.slice(0, 8)}${dash}${hex.slice(8, 12)}${dash}${versionAndVariant}${hex.slice(14, 16)}${dash}${versionAndVariant}${hex.slice(18, 20)}${dash}${hex.slice(20, 32)}`
