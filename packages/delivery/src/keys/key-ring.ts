import { hkdfSync } from 'node:crypto'
import { PieceworkError } from '@piecework/core'
import { type Check, check, objectCheck, required } from '@piecework/core/piece'
import { defaults } from '../defaults.js'

export interface RingKey {
  /** Kept with what it seals or signs. */
  readonly id: string
  /** 32 random bytes or more, never a word: `randomBytes(32)`. A text is base64. */
  readonly secret: Uint8Array | string
}

/** Of one purpose. */
export interface KeyRing {
  /** That seals and signs. */
  readonly current: { readonly id: string; readonly key: Uint8Array }
  /** Undefined: it was retired, or there was never one of this id. */
  get(id: string): Uint8Array | undefined
}

const secretCheck: Check<RingKey['secret']> = (value, place) => {
  const isBytes = value instanceof Uint8Array
  const isText = typeof value === 'string' && /^[A-Za-z0-9+/_-]+={0,2}$/.test(value)
  // The value is not told.
  if (!isBytes && !isText)
    throw new PieceworkError('options-invalid', `${place.subject}: ${place.path} must be bytes, or base64.`)
  if (bytesOf(value as string | Uint8Array).length >= defaults.ringSecretBytes)
    return value as RingKey['secret']
  throw new PieceworkError(
    'options-invalid',
    `${place.subject}: ${place.path} must have ${defaults.ringSecretBytes} bytes at least.`,
  )
}

/** For `checkOptions`. */
export const keyRingCheck = check.list(
  objectCheck<RingKey>({ id: required(check.text), secret: required(secretCheck) }),
)

/**
 * The first key seals and signs, all of them open. Keys of different purposes differ, though the secret is one. Throws
 * `options-invalid` for no key, and for an id that is given twice.
 */
export function keyRing(subject: string, keys: readonly RingKey[], purpose: string): KeyRing {
  const byId = new Map<string, Uint8Array>()
  for (const { id, secret } of keys) {
    if (byId.has(id)) throw refused(subject, `the key "${id}" is there twice`)
    byId.set(id, new Uint8Array(hkdfSync('sha256', bytesOf(secret), '', `piecework ${purpose}`, 32)))
  }
  const [first] = byId
  if (!first) throw refused(subject, 'keys need one at least')
  const [id, key] = first
  return { current: { id, key }, get: (one) => byId.get(one) }
}

function bytesOf(secret: RingKey['secret']): Uint8Array {
  return typeof secret === 'string' ? Buffer.from(secret, 'base64') : secret
}

function refused(subject: string, why: string): PieceworkError {
  return new PieceworkError('options-invalid', `${subject}: ${why}.`)
}
