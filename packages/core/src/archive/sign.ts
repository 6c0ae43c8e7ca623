import { createPrivateKey, KeyObject, sign } from 'node:crypto'
import { PieceworkError } from '../contracts/errors.js'
import { check } from '../options/check.js'
import { checkOptions } from '../options/check-options.js'
import { type OptionChecks, required } from '../options/option-checks.js'
import { isKeyId, writeSignature } from './signature.js'

/** With what a host signs the archives that it makes. */
export interface SigningOptions {
  /** Ed25519 private key, as PEM (PKCS #8, not encrypted) or a KeyObject. Never stored, logged or printed. */
  readonly key: KeyObject | string
  /** Name under which others hold the public key: up to 128 of `A-Z a-z 0-9 . _ : @ / -`. */
  readonly keyId: string
}

export const signingChecks: OptionChecks<SigningOptions> = {
  key: required(check.anything),
  keyId: required(check.text),
}

/** Makes `manifest.sig` of the manifest's bytes. Holds the key so that nothing can print it. */
export type SignManifest = (manifest: Uint8Array) => Uint8Array

/** Throws `options-invalid`, without a word of the key. */
export function manifestSigner(options: SigningOptions): SignManifest {
  const { key, keyId } = checkOptions('manifestSigner()', options, signingChecks)
  if (!isKeyId(keyId))
    throw new PieceworkError(
      'options-invalid',
      'The key id of "signing" is not up to 128 of A-Z a-z 0-9 . _ : @ / -',
    )
  const privateKey = privateKeyOf(key)
  if (privateKey?.type !== 'private' || privateKey.asymmetricKeyType !== 'ed25519')
    throw new PieceworkError('options-invalid', `The signing key "${keyId}" is no Ed25519 private key`)
  return (manifest) => writeSignature({ keyId, signature: sign(null, manifest, privateKey) })
}

function privateKeyOf(key: KeyObject | string): KeyObject | undefined {
  if (key instanceof KeyObject) return key
  try {
    return createPrivateKey(key)
  } catch {
    // What OpenSSL says of a key is not passed on.
    return undefined
  }
}
