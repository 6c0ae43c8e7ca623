import { PieceworkError } from '@piecework/core'

/** Why a scoped token is refused, with the HTTP status of each. */
export const tokenStatuses = {
  /** No token of this kind at all. */
  'token/malformed': 401,
  /** Not what was signed. */
  'token/altered': 401,
  /** Signed by a key that is not known, or no more. */
  'token/key': 401,
  'token/expired': 401,
  /** Issued in what is the future here. */
  'token/early': 401,
  /** Its user is not known, or may not sign in any more. */
  'token/user': 401,
  'token/revoked': 401,
  /** Valid, but not for this. */
  'token/scope': 403,
} as const

export type TokenErrorCode = keyof typeof tokenStatuses

const messages: Readonly<Record<TokenErrorCode, string>> = {
  'token/malformed': 'This is no scoped token.',
  'token/altered': 'The scoped token is not as it was signed.',
  'token/key': 'The scoped token was signed by a key that is not known here.',
  'token/expired': 'The scoped token has expired.',
  'token/early': 'The scoped token is not valid yet.',
  'token/user': 'The user of the scoped token is not known, or not active.',
  'token/revoked': 'The scoped token was revoked.',
  'token/scope': 'The scoped token does not allow this.',
}

/** Never with the token's text, nor with what a library has said about it. `id` is the token's. */
export function tokenError(code: TokenErrorCode, id?: string): PieceworkError {
  return new PieceworkError(code, messages[code], id === undefined ? {} : { facts: { token: id } })
}
