import { databaseError, PieceworkError } from '@piecework/core/store'
import { rowSecurityText } from './row-security-text.js'

/** What a statement of ours has met, as `database`. */
export function statementError(error: unknown): PieceworkError {
  const refused = databaseError(error)
  const { routine, message } = (refused.cause ?? {}) as Readonly<Record<string, unknown>>
  // The server's function that raises it: the words are in the server's language.
  if (refused.code !== 'database' || routine !== 'check_enable_rls') return refused
  const [, table = '?'] = /["„“«]([^"„“”«»]+)["“”»]/.exec(String(message)) ?? []
  const text = rowSecurityText(table)
  return new PieceworkError('database', `${text.charAt(0).toUpperCase()}${text.slice(1)}.`, {
    cause: refused.cause,
    facts: { ...refused.facts, table },
  })
}
