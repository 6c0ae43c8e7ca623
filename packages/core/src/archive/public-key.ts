import { createPublicKey, KeyObject } from 'node:crypto'
import { PieceworkError } from '../contracts/errors.js'

/** An Ed25519 public key: PEM (SPKI), a KeyObject, or its 32 bytes. */
export type PublicKey = KeyObject | string | Uint8Array

/** Throws `options-invalid`. `keyId` is for the message. */
export function publicKeyOf(key: PublicKey, keyId: string): KeyObject {
  const refuse = (why: string): never => {
    throw new PieceworkError('options-invalid', `The trusted key "${keyId}" ${why}`)
  }
  const parsed = parse(key) ?? refuse('is no Ed25519 public key')
  if (parsed.type === 'private') refuse('is a private key; a host that verifies needs the public one only')
  if (parsed.type !== 'public' || parsed.asymmetricKeyType !== 'ed25519') refuse('is no Ed25519 public key')
  if (hasSmallOrder(parsed)) refuse('is weak: signatures of it can be made without a private key')
  return parsed
}

function parse(key: PublicKey): KeyObject | undefined {
  if (key instanceof KeyObject) return key
  // A public key could be derived of a private one; but that one has no place here.
  if (typeof key === 'string' && key.includes('PRIVATE KEY')) return undefined
  try {
    if (typeof key === 'string') return createPublicKey(key)
    const x = Buffer.from(key).toString('base64url')
    return key.length === 32
      ? createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
      : undefined
  } catch {
    return undefined
  }
}

/**
 * The points of order 1, 2, 4 and 8, with the spellings that are not canonical, sign bit cleared. OpenSSL takes them for keys.
 * @see RFC 8032, section 5.1; "Taming the many EdDSAs", table 1
 */
const smallOrder: ReadonlySet<string> = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
])

function hasSmallOrder(key: KeyObject): boolean {
  const raw = Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url')
  raw.writeUInt8(raw.readUInt8(31) & 0x7f, 31)
  return smallOrder.has(raw.toString('hex'))
}
