import { isPieceworkError, type PieceworkError, type Queryable } from '@piecework/core/piece'

/**
 * Asks the database about many things at once by `ask`, which gets some of them and rejects if the database
 * refuses one. Calls `refused` for each that it refuses, and gives up after `most` of these. Resolves to
 * whether it was asked about all.
 */
export async function askAboutEach<T>(
  db: Queryable,
  items: readonly T[],
  ask: (items: readonly T[]) => Promise<void>,
  refused: (item: T, reason: string) => void,
  most: number,
): Promise<boolean> {
  let left = most
  const visit = async (some: readonly T[]): Promise<void> => {
    if (left <= 0 || some.length === 0) return
    const reason = await reasonOf(db, () => ask(some))
    if (reason === undefined) return
    const [only] = some
    if (some.length === 1) {
      left -= 1
      refused(only as T, reason)
      return
    }
    const half = some.length >> 1
    await visit(some.slice(0, half))
    await visit(some.slice(half))
  }
  await visit(items)
  return left > 0
}

/** Why the database refuses what was asked; undefined if it does not. */
async function reasonOf(db: Queryable, ask: () => Promise<void>): Promise<string | undefined> {
  await db.query('SAVEPOINT piecework_ask')
  try {
    await ask()
    await db.query('RELEASE SAVEPOINT piecework_ask')
    return undefined
  } catch (error) {
    if (!isAboutValues(error)) throw error
    await db.query('ROLLBACK TO SAVEPOINT piecework_ask')
    return String((error.cause as Error | undefined)?.message ?? error.message).slice(0, 300)
  }
}

/**
 * Data exceptions, violations, limits; XX000, the code of PostGIS for an invalid geometry; and what types that
 * are languages of their own (tsvector, ltree), or names (regclass), call an error of syntax.
 */
const isAboutValues = (error: unknown): error is PieceworkError =>
  isPieceworkError(error, 'database') &&
  /^(?:22|23|54|XX000|0A000|3F000|42601|42602|42622|42704|42P01|42883)/.test(String(error.facts.sqlState))
