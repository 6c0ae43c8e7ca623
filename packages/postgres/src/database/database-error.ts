import { isPieceworkError, PieceworkError } from '@piecework/core'

/** Serialisation failure, deadlock, lost connection, server shutting down or too busy: the same may succeed later. */
const retryable = /^(40001|40P01|55P03|08...|57P0[1-3]|53...)$/

/** What a driver threw, as `database` with `details.sqlState` and the names that the server gave; ours pass unchanged. */
export function databaseError(cause: unknown): PieceworkError {
  if (isPieceworkError(cause)) return cause
  const facts = named(cause)
  const sqlState = facts['code']
  const where = [facts['table'], facts['column'], facts['constraint']].filter((name) => name !== undefined)
  return new PieceworkError(
    'database',
    sqlState && /^[0-9A-Z]{5}$/.test(sqlState)
      ? `The database refused a statement (${[`SQLSTATE ${sqlState}`, ...where].join(', ')}).`
      : 'The connection to the database failed.',
    {
      cause,
      details: { sqlState, table: facts['table'], column: facts['column'], constraint: facts['constraint'] },
      retryable: sqlState === undefined || retryable.test(sqlState) || /^E[A-Z]+$/.test(sqlState),
    },
  )
}

function named(cause: unknown): Readonly<Record<string, string | undefined>> {
  if (typeof cause !== 'object' || cause === null) return {}
  const facts = cause as Record<string, unknown>
  return Object.fromEntries(
    ['code', 'table', 'column', 'constraint'].map((key) => [
      key,
      typeof facts[key] === 'string' ? facts[key] : undefined,
    ]),
  )
}
