import { type Database, PieceworkError, type Transaction } from '@piecework/core/store'
import { deferred } from './deferred.js'

/**
 * A database whose read-only transactions take a connection with their first statement, which is also when
 * PostgreSQL takes the snapshot: a piece that reads files alone takes none. Other transactions are as before.
 */
export function lazyReadTransaction(database: Database): Database {
  return {
    query: (sql, values) => database.query(sql, values),
    transaction: (work, options = {}) =>
      options.readOnly
        ? runLazily(work, (use) => database.transaction(use, options), options.signal)
        : database.transaction(work, options),
  }
}

/** Runs `work`, in a transaction that `begin` begins when the first statement comes. */
export async function runLazily<T>(
  work: (tx: Transaction) => Promise<T>,
  begin: (use: (tx: Transaction) => Promise<T>) => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  signal?.throwIfAborted()
  const opened = deferred<Transaction | undefined>()
  const needed = deferred<true>()
  const result = work(
    lazyTransaction(async () => {
      needed.resolve(true)
      const tx = await opened.promise
      if (!tx) throw new PieceworkError('database', 'The transaction has ended.')
      return tx
    }),
  )
  const ended = result.then(
    () => false,
    () => false,
  )
  if (!(await Promise.race([needed.promise, ended]))) {
    opened.resolve(undefined)
    return result
  }
  try {
    return await begin((tx) => {
      opened.resolve(tx)
      return result
    })
  } catch (error) {
    opened.reject(error)
    throw error
  }
}

function lazyTransaction(open: () => Promise<Transaction>): Transaction {
  return {
    query: async (sql, values) => (await open()).query(sql, values),
    copyIn: async (target, csv) => (await open()).copyIn(target, csv),
    copyOut: async function* (select) {
      yield* (await open()).copyOut(select)
    },
  }
}
