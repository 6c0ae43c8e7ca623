import type { Principal } from '@piecework/core'
import type { HttpSettings } from '../http-settings.js'
import { httpError } from '../problems/http-error.js'

/** Throws `http/unauthenticated`, and what the host's function throws. */
export async function knownPrincipal(
  { principal, challenge }: Pick<HttpSettings, 'principal' | 'challenge'>,
  host: unknown,
): Promise<Principal> {
  const known = await principal(host)
  if (known) return known
  throw httpError('http/unauthenticated', 'This needs someone who is known.', {
    headers: { 'www-authenticate': challenge },
  })
}
