import { decodeProtectedHeader, errors, jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import { tokenDefaults } from '../defaults.js'
import { tokenError } from './token-error.js'
import type { SigningKey, TokenKeyRing } from './token-keys.js'
import type { TokenScope } from './token-scope.js'

/** What a token says of itself. Times in ms since epoch. */
export interface TokenClaims {
  readonly id: string
  /** Id of the principal. */
  readonly principal: string
  readonly scope: TokenScope
  readonly recipient?: string | undefined
  readonly issuedAt: number
  readonly expiresAt: number
}

/** Other tokens that the same key may have signed have another one. */
const type = 'scoped+jwt'
const audience = 'piecework:scoped'

const header = z.strictObject({
  typ: z.string(),
  kid: z.string(),
  alg: z.string(),
})
const claims = z.object({
  jti: z.string().min(1).max(100),
  sub: z.string().min(1),
  iat: z.number(),
  exp: z.number(),
  scope: z.record(z.string(), z.array(z.string()).readonly()),
  recipient: z.string().optional(),
})

export function signedToken(key: SigningKey, issuer: string, given: TokenClaims): Promise<string> {
  if (!key.signs) throw new TypeError('A public key signs nothing.')
  const { id, principal, scope, recipient, issuedAt, expiresAt } = given
  return new SignJWT({ scope, ...(recipient !== undefined && { recipient }) })
    .setProtectedHeader({ typ: type, kid: key.id, alg: key.algorithm })
    .setJti(id)
    .setSubject(principal)
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt(issuedAt / 1000)
    .setExpirationTime(expiresAt / 1000)
    .sign(key.signs)
}

/** Throws `token/malformed`, `token/key` and `token/altered`; of times it knows nothing. */
export async function readToken(ring: TokenKeyRing, issuer: string, text: string): Promise<TokenClaims> {
  const key = ring.get(headerOf(text).kid)
  if (!key) throw tokenError('token/key')
  const { payload } = await jwtVerify(text, key.verifies, {
    algorithms: [key.algorithm],
    typ: type,
    issuer,
    audience,
    // The caller judges the times, to the ms.
    currentDate: new Date(0),
  }).catch((error: unknown) => {
    throw tokenError(refusals.some((one) => error instanceof one) ? 'token/altered' : 'token/malformed')
  })
  const read = claims.safeParse(payload)
  if (!read.success) throw tokenError('token/malformed')
  const { jti: id, sub: principal, iat, exp, scope, recipient } = read.data
  const [issuedAt, expiresAt] = [Math.round(iat * 1000), Math.round(exp * 1000)]
  return { id, principal, scope, recipient, issuedAt, expiresAt }
}

const refusals = [errors.JWSSignatureVerificationFailed, errors.JOSEAlgNotAllowed]

/** Nothing in it is believed but which key is to be tried. */
function headerOf(text: string): z.infer<typeof header> {
  const parts = text.length > tokenDefaults.characters ? [] : text.split('.')
  if (parts.length !== 3 || !parts.every((part) => /^[\w-]+$/.test(part))) throw tokenError('token/malformed')
  // The last letter has bits that no byte is made of.
  if (!parts.every((part) => Buffer.from(part, 'base64url').toString('base64url') === part))
    throw tokenError('token/altered')
  try {
    const read = header.safeParse(decodeProtectedHeader(text))
    if (read.success) return read.data
  } catch {}
  throw tokenError('token/malformed')
}
