import { isPieceworkError, PieceworkError } from '@piecework/core/piece'

/**
 * An error of the database about the content of a file as `archive-invalid`, with entry, line and column if
 * they are known; other errors unchanged. `header`: the file's name of a column that was copied.
 */
export function rowError(
  error: unknown,
  entry: string,
  header: (copied: string) => string | undefined = (copied) => copied,
): unknown {
  if (!isPieceworkError(error)) return error
  if (error.code.startsWith('archive-')) return withEntry(error, entry)
  if (error.code !== 'database') return error
  const { sqlState } = error.facts
  const { where, message } = (error.cause ?? {}) as Readonly<Record<string, unknown>>
  const { table, constraint } = error.facts
  // Only the form is fixed: the server writes the words in its own language.
  const [, line, copied] = /COPY .+?, \S+ (\d+)(?:, \S+ (.+?)(?::|$))?/m.exec(String(where ?? '')) ?? []
  // Data exceptions, integrity violations, limits; of a value, XX000 (PostGIS) and errors of syntax, as tsvector has them.
  const ofContent =
    /^(22|23|54)/.test(String(sqlState)) ||
    (/^(?:XX000|0A000|3F000|42601|42602|42622|42704|42P01|42883)$/.test(String(sqlState)) &&
      line !== undefined)
  if (!ofContent) return error
  const column = copied === undefined ? undefined : header(copied)
  const place = [
    `Entry "${entry}"`,
    ...(line === undefined ? [] : [`line ${Number(line) + 1}`]),
    ...(column === undefined ? [] : [`column "${column}"`]),
  ]
  return new PieceworkError(
    'archive-invalid',
    `${place.join(', ')}: ${String(message ?? error.message).slice(0, 300)}${refusedBy({ table, constraint })}`,
    {
      cause: error,
      facts: {
        entry,
        line: line === undefined ? undefined : Number(line) + 1,
        column,
        table,
        constraint,
        sqlState,
      },
    },
  )
}

/** What refused it, as far as the server names it: ` (table "photos", constraint "photos_n_key")`. */
function refusedBy(names: Readonly<Record<string, unknown>>): string {
  const named = Object.entries(names).flatMap(([what, name]) =>
    typeof name === 'string' ? [`${what} "${name}"`] : [],
  )
  return named.length === 0 ? '' : ` (${named.join(', ')})`
}

/** Adds the entry, which the CSV reader does not know. */
export function withEntry(error: PieceworkError, entry: string): PieceworkError {
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
