import { verify } from 'node:crypto'
import { PieceworkError } from '../contracts/errors.js'
import type { NewFinding } from '../contracts/finding.js'
import { check } from '../options/check.js'
import { checkOptions } from '../options/check-options.js'
import { type OptionChecks, required } from '../options/option-checks.js'
import { type PublicKey, publicKeyOf } from './public-key.js'
import { isKeyId, readSignature } from './signature.js'

/**
 * What an import does with an archive that no trusted key has signed: refuse it, report it, or nothing.
 */
export type TrustPolicy = 'require' | 'warn' | 'ignore'

/** Whose archives a host trusts. */
export interface TrustOptions {
  /** The ring: public keys by key id. A host's own key is trusted only when it is among them. */
  readonly keys: Readonly<Record<string, PublicKey>>
  /**
   * Default `warn`: archives from before there were keys stay importable, with a warning if there is a ring.
   */
  readonly policy?: TrustPolicy
}

export const trustChecks: OptionChecks<TrustOptions> = {
  keys: required(check.record<PublicKey>(check.anything)),
  policy: check.oneOf<TrustPolicy>('require', 'warn', 'ignore'),
}

/** Who signed an archive's manifest, and with it the checksum of every entry. */
export interface ArchiveSignature {
  /**
   * `unknown-key`: the ring has no such key, so nothing was verified. `invalid`: this is not that key's
   * signature of this manifest.
   */
  readonly state: 'unsigned' | 'unknown-key' | 'invalid' | 'trusted'
  /** As the archive claims, unless it is `trusted`. */
  readonly keyId?: string
  /** One sentence for people. */
  readonly message: string
}

/** A host's ring and policy. */
export interface Trust {
  readonly policy: TrustPolicy
  /** Takes hostile bytes and never throws. */
  check(manifest: Uint8Array, signature: Uint8Array | undefined): ArchiveSignature
}

/** Without options no key is trusted, and no archive is refused for it. Throws `options-invalid`. */
export function createTrust(given?: TrustOptions): Trust {
  const options = given && checkOptions('createTrust()', given, trustChecks)
  const ring = new Map(
    Object.entries(options?.keys ?? {}).map(([keyId, key]) => {
      if (!isKeyId(keyId))
        throw new PieceworkError('options-invalid', `"${keyId}" cannot be the id of a trusted key`)
      return [keyId, publicKeyOf(key, keyId)]
    }),
  )
  const policy = options ? (options.policy ?? 'warn') : 'ignore'
  if (policy === 'require' && ring.size === 0)
    throw new PieceworkError('options-invalid', 'The trust policy "require" without a key refuses everything')
  return {
    policy,
    check: (manifest, bytes) => {
      if (!bytes) return { state: 'unsigned', message: 'The archive is not signed' }
      try {
        const { keyId, signature } = readSignature(bytes)
        const key = ring.get(keyId)
        if (!key) {
          const message = `The archive is signed with the key "${keyId}", which is not among the trusted ones`
          return { state: 'unknown-key', keyId, message }
        }
        if (verify(null, manifest, key, signature))
          return { state: 'trusted', keyId, message: `The archive is signed with the trusted key "${keyId}"` }
        const message = `manifest.sig is not the signature of manifest.json with the key "${keyId}"`
        return { state: 'invalid', keyId, message }
      } catch (error) {
        return { state: 'invalid', message: error instanceof Error ? error.message : String(error) }
      }
    },
  }
}

/** Findings about a signature under this policy. */
export function trustFindings({ policy }: Trust, signature: ArchiveSignature): NewFinding[] {
  if (policy === 'ignore' || signature.state === 'trusted') return []
  const code = signature.state === 'unsigned' ? 'core/archive-unsigned' : 'core/archive-signature'
  const severity = policy === 'require' ? 'error' : 'warning'
  return [{ severity, code, file: 'manifest.sig', message: signature.message }]
}

/** Throws `archive-unsigned` or `archive-signature` if the policy requires a trusted key. */
export function assertTrusted({ policy }: Trust, signature: ArchiveSignature): void {
  if (policy !== 'require' || signature.state === 'trusted') return
  const { state, keyId, message } = signature
  throw new PieceworkError(state === 'unsigned' ? 'archive-unsigned' : 'archive-signature', message, {
    facts: { state, ...(keyId !== undefined && { keyId }) },
  })
}
