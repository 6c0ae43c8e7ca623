import { PieceworkError, type Principal } from '@piecework/core'
import {
  type Check,
  check,
  checkArgument,
  checkOptions,
  type Environment,
  type OptionChecks,
  recipientCheck,
  required,
  type Store,
  systemEnvironment,
} from '@piecework/core/store'
import { tokenDefaults } from '../defaults.js'
import { revocationOf } from './revocation-of.js'
import { readToken, signedToken, type TokenClaims } from './signed-token.js'
import { tokenError } from './token-error.js'
import { type TokenKey, tokenKeyRing } from './token-keys.js'
import { checkedScope, isInScope, type TokenScope } from './token-scope.js'

export interface ScopedTokensOptions {
  readonly store: Pick<Store, 'revocations' | 'records'>
  /** The first one signs, unless another is marked; each verifies what it has signed. */
  readonly keys: readonly TokenKey[]
  /** Who that is at this moment; undefined or false: unknown, or not active. */
  readonly user: (id: string) => TokenUser | Promise<TokenUser>
  /** Of the Authorization header. Default: `ScopedToken`. */
  readonly scheme?: string
  /** Tokens of another issuer are not taken. Default: `piecework`. */
  readonly issuer?: string
  /** No token is valid for longer after it was issued; the same in all processes. Default: a day. */
  readonly maxLifetimeMs?: number
  /** Default: that of this process. */
  readonly environment?: Environment
}

export type TokenUser = Principal | undefined | false

export interface TokenRequest {
  /** Whose rights it narrows. */
  readonly principal: Principal
  readonly scope: TokenScope
  /** Who gets it: a name or an address, for the record. */
  readonly recipient?: string
  /** Default: an hour, or the longest. */
  readonly lifetimeMs?: number
}

export interface IssuedToken {
  /** Shown once: it is kept nowhere. */
  readonly token: string
  /** In the record, and to revoke it by. */
  readonly id: string
  readonly expiresAt: Date
}

/** As a request came. */
export interface TokenUse {
  readonly authorization?: string | undefined
  readonly method: string
  /** Request target: `/a/b?c`, or with its origin. */
  readonly url: string
}

export interface TokenHolder {
  /** What `user` has answered, and the token's id: as it makes requests. */
  readonly principal: Principal
  /** Of the token. */
  readonly id: string
  readonly recipient?: string
  readonly scope: TokenScope
}

/** Signed texts that allow some of what a user may, for a while. */
export interface ScopedTokens {
  /**
   * Recorded before it is given out. Asks no policy: ask it about `issue-token`. Throws `options-invalid`; `forbidden` for a
   * principal that has come by a token itself.
   */
  issue(request: TokenRequest): Promise<IssuedToken>
  /** Undefined: no header, or another scheme. Throws a code of `tokenStatuses`. */
  authenticate(use: TokenUse): Promise<TokenHolder | undefined>
  /** For all processes. `until`: kept so long; default as long as any token of now could be valid. */
  revoke(id: string, options?: RevokeOptions): Promise<void>
}

export interface RevokeOptions {
  readonly until?: Date
}

const date: Check<Date> = (value, place) => {
  const given = check.having<Date>('a Date', 'getTime')(value, place)
  if (Number.isFinite(given.getTime())) return given
  throw new PieceworkError('options-invalid', `${place.subject}: ${place.path} must be a Date.`)
}

const schemeCheck: Check<string> = (value, place) => {
  const name = check.shortText(50)(value, place)
  if (/^[A-Za-z][\w-]*$/.test(name)) return name
  throw new PieceworkError('options-invalid', `${place.subject}: ${place.path} must be one word of letters.`)
}

const optionChecks: OptionChecks<ScopedTokensOptions> = {
  store: required(check.having<ScopedTokensOptions['store']>('a store', 'revocations', 'records')),
  keys: required(check.list<TokenKey>(check.anything)),
  user: required(check.func()),
  scheme: schemeCheck,
  issuer: check.shortText(200),
  maxLifetimeMs: check.wholeNumber(1, tokenDefaults.longestMs),
  environment: check.environment,
}

const requestChecks: OptionChecks<TokenRequest> = {
  principal: required(check.principal),
  scope: required(check.json as Check<TokenScope>),
  recipient: recipientCheck,
  lifetimeMs: check.duration,
}

const useChecks: OptionChecks<TokenUse> = {
  authorization: check.string,
  method: required(check.string),
  url: required(check.string),
}

export function scopedTokens(given: ScopedTokensOptions): ScopedTokens {
  const {
    store,
    keys,
    user,
    scheme = 'ScopedToken',
    issuer = 'piecework',
    maxLifetimeMs = tokenDefaults.maxLifetimeMs,
    environment = systemEnvironment,
  } = checkOptions('scopedTokens()', given, optionChecks)
  const ring = tokenKeyRing('scopedTokens()', keys)

  /** Throws `token/expired` and `token/early`. */
  const assertInTime = ({ id, issuedAt, expiresAt }: TokenClaims): void => {
    const now = environment.now()
    if (now < issuedAt) throw tokenError('token/early', id)
    if (now >= Math.min(expiresAt, issuedAt + maxLifetimeMs)) throw tokenError('token/expired', id)
  }

  return {
    issue: async (request) => {
      const { principal, scope, recipient, lifetimeMs } = checkOptions('issue()', request, requestChecks)
      if (!ring.signing)
        throw new PieceworkError('options-invalid', 'issue(): keys has only public ones, which verify.')
      if (principal.token !== undefined)
        throw new PieceworkError('forbidden', 'Whoever has come by a scoped token issues no others.')
      const lifetime = lifetimeMs ?? Math.min(tokenDefaults.lifetimeMs, maxLifetimeMs)
      if (lifetime > maxLifetimeMs)
        throw new PieceworkError('options-invalid', `issue(): lifetimeMs must be ${maxLifetimeMs} at most.`, {
          facts: { option: 'lifetimeMs' },
        })
      const issuedAt = environment.now()
      const claims = {
        id: environment.uuid(),
        principal: principal.id,
        scope: checkedScope(scope),
        recipient,
        issuedAt,
        expiresAt: issuedAt + lifetime,
      }
      const token = await signedToken(ring.signing, issuer, claims)
      await store.records.add({
        principal: principal.id,
        action: 'issue-token',
        outcome: 'allowed',
        token: claims.id,
        ...(recipient !== undefined && { recipient }),
      })
      return { token, id: claims.id, expiresAt: new Date(claims.expiresAt) }
    },
    authenticate: async (use) => {
      const { authorization, method, url } = checkOptions('authenticate()', use, useChecks)
      const text = authorization === undefined ? undefined : credentialsOf(authorization, scheme)
      if (text === undefined) return undefined
      const claims = await readToken(ring, issuer, text)
      assertInTime(claims)
      const { id, scope, recipient } = claims
      if (await store.revocations.has(revocationOf(id))) throw tokenError('token/revoked', id)
      const found = await user(claims.principal)
      if (!found || found.id !== claims.principal) throw tokenError('token/user', id)
      if (!isInScope(scope, method, url)) throw tokenError('token/scope', id)
      const principal = { ...found, token: id }
      return { principal, id, scope, ...(recipient !== undefined && { recipient }) }
    },
    revoke: async (given, options) => {
      const id = checkArgument('revoke()', 'id', given, check.shortText(100))
      const { until } = checkOptions('revoke()', options, revokeChecks)
      await store.revocations.add(revocationOf(id), until ?? new Date(environment.now() + maxLifetimeMs))
    },
  }
}

const revokeChecks: OptionChecks<RevokeOptions> = { until: date }

/** What follows the scheme, whose case does not matter. Undefined: another scheme. */
function credentialsOf(authorization: string, scheme: string): string | undefined {
  const [, name = '', rest = ''] = /^([^ ]*) *(.*)$/s.exec(authorization) ?? []
  return name.toLowerCase() === scheme.toLowerCase() ? rest : undefined
}
