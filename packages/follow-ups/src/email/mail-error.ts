import { isPieceworkError, PieceworkError } from '@piecework/core'

export function noAddress(to: string): PieceworkError {
  return new PieceworkError('email/no-address', `The host has no address for "${to}".`)
}

/** What a mail server or the way there answered; never its text, which may name people. */
export function mailError(cause: unknown): PieceworkError {
  if (isPieceworkError(cause)) return cause
  const { responseCode, code } = factsOf(cause)
  // A password may be mended meanwhile.
  const retryable = code === 'EAUTH' || responseCode === undefined || responseCode < 500
  const how = responseCode === undefined ? (code ? ` (${code})` : '') : ` with ${responseCode}`
  const what =
    responseCode === undefined ? 'The mail server could not be reached' : 'The mail server refused the mail'
  const kind = responseCode === undefined ? 'email/unreachable' : 'email/refused'
  return new PieceworkError(kind, `${what}${how}.`, { cause, retryable, facts: { responseCode, code } })
}

function factsOf(cause: unknown): { readonly responseCode?: number; readonly code?: string } {
  if (typeof cause !== 'object' || cause === null) return {}
  const { responseCode, code } = cause as { readonly responseCode?: unknown; readonly code?: unknown }
  return {
    ...(typeof responseCode === 'number' && { responseCode }),
    ...(typeof code === 'string' && /^[A-Z]+$/.test(code) && { code }),
  }
}
