import type { Database, Queryable } from '@piecework/core/store'
import { type LibraryTables, type Statement, statements } from './library-statements.js'
import type { Random } from './random.js'
import type { VirtualTime } from './virtual-time.js'

const bySql = new Map<string, Statement>(Object.values(statements).map((one) => [one.sql, one]))

/**
 * The library's tables in memory. What a transaction writes shows when it has committed, which takes its time;
 * transactions go on side by side.
 */
export function memoryDatabase(
  time: VirtualTime,
  random: Random,
): Database & { snapshot(): Database['transaction'] } {
  const tables: LibraryTables = { books: new Map(), lines: [] }
  // Rows are replaced, never changed.
  const now = (): LibraryTables => ({ books: new Map(tables.books), lines: tables.lines })
  return {
    ...databaseOver(tables, time, random),
    snapshot: () => databaseOver(now(), time, random).transaction,
  }
}

function databaseOver(tables: LibraryTables, time: VirtualTime, random: Random): Database {
  const run = (statement: Statement, values: readonly unknown[] = []): readonly object[] =>
    statement.run(tables, values.map(String)) ?? []
  const writing =
    (writes: (() => void)[]): Queryable['query'] =>
    async (sql, values) => {
      const statement = bySql.get(sql)
      if (!statement) throw new Error(`The simulated library knows no ${sql}`)
      if (statement.writes) {
        writes.push(() => run(statement, values))
        return { rows: [], rowCount: 0 }
      }
      const rows = run(statement, values) as never[]
      return { rows, rowCount: rows.length }
    }
  const transaction: Database['transaction'] = async (work, { signal } = {}) => {
    const writes: (() => void)[] = []
    signal?.throwIfAborted()
    const done = await unlessAborted(
      work({ query: writing(writes), copyIn: noStreams, copyOut: noStreams }),
      signal,
    )
    await time.sleep(random.below(10))
    for (const write of writes) write()
    return done
  }
  return {
    query: (sql, values) => transaction((tx) => tx.query(sql, values)),
    transaction,
  }
}

/** A transaction ends when its signal is aborted, whatever goes on in it. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work
  let onAbort = (): void => undefined
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

function noStreams(): never {
  throw new Error('The simulated library copies no streams.')
}
