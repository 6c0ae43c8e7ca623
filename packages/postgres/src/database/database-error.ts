import { isPieceworkError, PieceworkError } from '@piecework/core/store'

/** Serialisation failure, deadlock, lost connection, server shutting down or too busy: the same may succeed later. */
const retryable = /^(40001|40P01|55P03|08...|57P0[1-3]|53...)$/

/** An error of a driver as `database`, with `facts.sqlState` and the names that the server gave. A `PieceworkError` stays as it is. */
export function databaseError(cause: unknown): PieceworkError {
  if (isPieceworkError(cause)) return cause
  const { code: sqlState, table, column, constraint } = named(cause)
  const where = [table, column, constraint].filter((name) => name !== undefined)
  return new PieceworkError(
    'database',
    sqlState && /^[0-9A-Z]{5}$/.test(sqlState)
      ? `The database refused a statement (${[`SQLSTATE ${sqlState}`, ...where].join(', ')}).`
      : 'The connection to the database failed.',
    {
      cause,
      facts: { sqlState, table, column, constraint },
      retryable: sqlState === undefined || retryable.test(sqlState) || /^E[A-Z]+$/.test(sqlState),
    },
  )
}

interface ServerFacts {
  readonly code?: string
  readonly table?: string
  readonly column?: string
  readonly constraint?: string
}

function named(cause: unknown): ServerFacts {
  if (typeof cause !== 'object' || cause === null) return {}
  const texts = Object.entries(cause).filter((fact) => typeof fact[1] === 'string')
  return Object.fromEntries(texts)
}
