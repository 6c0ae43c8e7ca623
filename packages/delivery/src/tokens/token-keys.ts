import { createPrivateKey, createPublicKey, KeyObject } from 'node:crypto'
import { PieceworkError } from '@piecework/core'
import { type Check, check, checkArgument, objectCheck, required } from '@piecework/core/store'

/** One key, with one of `secret`, `privateKey` and `publicKey`. */
export interface TokenKey {
  /** In each token that it signs. Never give it to another key. */
  readonly id: string
  /** HS256: 32 random bytes or more. */
  readonly secret?: Uint8Array
  /** EdDSA (Ed25519), PEM or KeyObject. */
  readonly privateKey?: string | KeyObject
  /** EdDSA, for processes that verify and do not issue. */
  readonly publicKey?: string | KeyObject
  /** Default: the first key signs. */
  readonly signs?: boolean
}

export interface TokenKeyRing {
  /** Undefined: this process only verifies. */
  readonly signing: SigningKey | undefined
  get(id: string): SigningKey | undefined
}

export interface SigningKey {
  readonly id: string
  readonly algorithm: 'HS256' | 'EdDSA'
  readonly signs: Uint8Array | KeyObject | undefined
  readonly verifies: Uint8Array | KeyObject
}

const leastBytes = 32

const keyText: Check<string | KeyObject> = (value, place) =>
  value instanceof KeyObject ? value : check.text(value, place)

const bytes: Check<Uint8Array> = (value, place) =>
  value instanceof Uint8Array
    ? value
    : check.having<Uint8Array>('bytes', 'byteLength', 'subarray')(value, place)

const keyCheck = objectCheck<TokenKey>({
  id: required(check.shortText(100)),
  secret: bytes,
  privateKey: keyText,
  publicKey: keyText,
  signs: check.flag,
})

/** Throws `options-invalid`; no message holds anything of a key but its id. */
export function tokenKeyRing(subject: string, given: readonly TokenKey[]): TokenKeyRing {
  const keys = checkArgument(subject, 'keys', given, check.list(keyCheck))
  const refuse = (why: string) =>
    new PieceworkError('options-invalid', `${subject}: keys ${why}`, { facts: { option: 'keys' } })
  const ring = new Map<string, SigningKey>()
  for (const key of keys) {
    if (ring.has(key.id)) throw refuse(`has "${key.id}" twice.`)
    ring.set(key.id, signingKey(key, refuse))
  }
  const marked = keys.filter(({ signs }) => signs)
  if (marked.length > 1) throw refuse('has more than one that signs.')
  const first = marked[0] ?? keys[0]
  const signing = first && ring.get(first.id)
  if (!signing) throw refuse('must not be empty.')
  if (marked.length > 0 && !signing.signs) throw refuse(`has a public key that is to sign, "${signing.id}".`)
  return { signing: signing.signs && signing, get: (id) => ring.get(id) }
}

function signingKey(
  { id, secret, privateKey, publicKey }: TokenKey,
  refuse: (why: string) => PieceworkError,
): SigningKey {
  const given = [secret, privateKey, publicKey].filter((one) => one !== undefined)
  if (given.length !== 1) throw refuse(`needs one of secret, privateKey and publicKey for "${id}".`)
  if (secret) {
    if (secret.byteLength < leastBytes)
      throw refuse(`needs a secret of ${leastBytes} bytes or more for "${id}".`)
    const copy = Uint8Array.from(secret)
    return { id, algorithm: 'HS256', signs: copy, verifies: copy }
  }
  const signs = privateKey === undefined ? undefined : imported(privateKey, createPrivateKey)
  const verifies = signs ? createPublicKey(signs) : imported(publicKey, createPublicKey)
  if (verifies?.asymmetricKeyType !== 'ed25519') throw refuse(`needs an Ed25519 key for "${id}".`)
  return { id, algorithm: 'EdDSA', signs, verifies }
}

/** Undefined where it is no such key: a public one of a private one is not made here. */
function imported(
  given: string | KeyObject | undefined,
  read: (pem: string) => KeyObject,
): KeyObject | undefined {
  const wanted = read === createPrivateKey ? 'private' : 'public'
  try {
    if (typeof given !== 'string') return given?.type === wanted ? given : undefined
    return wanted === 'public' && /PRIVATE KEY/.test(given) ? undefined : read(given)
  } catch {
    return undefined
  }
}
