import { isPieceworkError, PieceworkError, type Principal } from '@piecework/core'
import { errors, jwtVerify, SignJWT } from 'jose'
import type { KeyRing } from '../keys/key-ring.js'

/** Who may open a link by an address, until when. */
export interface LinkAddress {
  readonly link: string
  /** Who was given the address. */
  readonly principal: Principal
  /** Given to people without an account. */
  readonly isShared: boolean
  readonly recipient?: string
  readonly expiresAt: Date
}

const typ = 'piecework-link+jwt'
const alg = 'HS256'

export async function signAddress(ring: KeyRing, address: LinkAddress): Promise<string> {
  const { link, principal, isShared, recipient, expiresAt } = address
  const { id: kid, key } = ring.current
  return new SignJWT({
    ...(isShared && { shared: true }),
    ...(recipient !== undefined && { for: recipient }),
    ...(principal.token !== undefined && { by: principal.token }),
  })
    .setProtectedHeader({ alg, typ, kid })
    .setAudience(link)
    .setSubject(principal.id)
    .setExpirationTime(expiresAt)
    .sign(key)
}

/**
 * What an address says. Throws `link/altered` for one that no key of ours has signed so, `link/expired`, and
 * `link/foreign` for that of another link. No message has its text.
 */
export async function readAddress(
  ring: KeyRing,
  { link, text, now }: { readonly link: string; readonly text: string; readonly now: Date },
): Promise<LinkAddress> {
  const keyOf = ({ kid = '' }: { readonly kid?: string }): Uint8Array => {
    const key = ring.get(kid)
    if (key) return key
    throw altered()
  }
  try {
    const { payload } = await jwtVerify(text, keyOf, { algorithms: [alg], typ, currentDate: now })
    const { aud, sub, exp, shared, for: recipient, by: token } = payload
    if (typeof aud !== 'string' || typeof sub !== 'string' || typeof exp !== 'number') throw altered()
    if (aud !== link) throw new PieceworkError('link/foreign', 'This address is that of another link.')
    return {
      link,
      principal: { id: sub, ...(typeof token === 'string' && { token }) },
      isShared: shared === true,
      ...(typeof recipient === 'string' && { recipient }),
      expiresAt: new Date(exp * 1000),
    }
  } catch (error) {
    if (isPieceworkError(error)) throw error
    if (error instanceof errors.JWTExpired) throw expired('This address')
    throw altered()
  }
}

export function expired(what: string): PieceworkError {
  return new PieceworkError('link/expired', `${what} has expired: ask for a new one.`)
}

function altered(): PieceworkError {
  return new PieceworkError('link/altered', 'This is no address of ours, or it was altered.')
}
