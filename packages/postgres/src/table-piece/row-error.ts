import { isPieceworkError, PieceworkError } from '@piecework/core/piece'

/**
 * What the database said of a file's content, as `archive-invalid` with entry, line and column where they are known; other
 * errors pass unchanged. `header` tells the file's name for a column that a COPY was given.
 */
export function rowError(
  error: unknown,
  entry: string,
  header: (copied: string) => string | undefined = (copied) => copied,
): unknown {
  if (!isPieceworkError(error)) return error
  if (error.code.startsWith('archive-')) return named(error, entry)
  if (error.code !== 'database') return error
  const { sqlState } = error.facts
  const { where, message, constraint } = (error.cause ?? {}) as Readonly<Record<string, unknown>>
  // The words around the numbers are in the server's language.
  const [, line, copied] = /COPY .+?, \S+ (\d+)(?:, \S+ (.+?)(?::|$))?/m.exec(String(where ?? '')) ?? []
  // Data exceptions, integrity violations, limits; and XX000, which PostGIS says of a geometry that is none.
  const ofContent = /^(22|23|54)/.test(String(sqlState)) || (sqlState === 'XX000' && line !== undefined)
  if (!ofContent) return error
  const column = copied === undefined ? undefined : header(copied)
  const place = [
    `Entry "${entry}"`,
    ...(line === undefined ? [] : [`line ${Number(line) + 1}`]),
    ...(column === undefined ? [] : [`column "${column}"`]),
  ]
  return new PieceworkError(
    'archive-invalid',
    `${place.join(', ')}: ${String(message ?? error.message).slice(0, 300)}`,
    {
      cause: error,
      facts: {
        entry,
        line: line === undefined ? undefined : Number(line) + 1,
        column,
        constraint,
        sqlState,
      },
    },
  )
}

/** The CSV reader knows records, not entries. */
export function named(error: PieceworkError, entry: string): PieceworkError {
  if (error.message.includes(`"${entry}"`)) return error
  const { code, message, facts } = error
  return new PieceworkError(code, `Entry "${entry}": ${message}`, {
    cause: error,
    facts: { ...facts, entry },
  })
}

/** Whether a foreign key refused a statement. */
export const isForeignKeyViolation = (error: unknown): boolean =>
  isPieceworkError(error, 'database') && error.facts.sqlState === '23503'
