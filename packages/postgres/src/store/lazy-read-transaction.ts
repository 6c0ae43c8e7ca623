import {
  type Database,
  PieceworkError,
  type Transaction,
  type TransactionOptions,
} from '@piecework/core/store'

/**
 * A database whose read-only transactions take a connection with their first statement, which is also when
 * PostgreSQL takes the snapshot: a piece that reads files alone takes none. Other transactions are as before.
 */
export function lazyReadTransaction(database: Database): Database {
  return {
    query: (sql, values) => database.query(sql, values),
    transaction: (work, options = {}) =>
      options.readOnly ? runLazily(database, work, options) : database.transaction(work, options),
  }
}

async function runLazily<T>(
  database: Database,
  work: (tx: Transaction) => Promise<T>,
  options: TransactionOptions,
): Promise<T> {
  options.signal?.throwIfAborted()
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
    return await database.transaction((tx) => {
      opened.resolve(tx)
      return result
    }, options)
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

interface Deferred<T> {
  readonly promise: Promise<T>
  resolve(value: T): void
  reject(error: unknown): void
}

function deferred<T>(): Deferred<T> {
  let [resolve, reject] = [(_: T): void => {}, (_: unknown): void => {}]
  const promise = new Promise<T>((...callbacks) => {
    ;[resolve, reject] = callbacks
  })
  // A rejection is no unhandled one if no statement waits for it.
  promise.catch(() => {})
  return { promise, resolve, reject }
}
