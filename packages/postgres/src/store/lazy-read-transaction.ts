import {
  type Database,
  PieceworkError,
  type Transaction,
  type TransactionOptions,
} from '@piecework/core/store'

/**
 * A read-only transaction takes a connection with its first statement, which is also when PostgreSQL takes the snapshot: work that
 * looks at files alone takes none. All else is as it was.
 */
export function lazyReadTransaction(database: Database): Database {
  return {
    query: (sql, values) => database.query(sql, values),
    transaction: (work, options = {}) =>
      options.readOnly ? lateSnapshot(database, work, options) : database.transaction(work, options),
  }
}

async function lateSnapshot<T>(
  database: Database,
  work: (tx: Transaction) => Promise<T>,
  options: TransactionOptions,
): Promise<T> {
  options.signal?.throwIfAborted()
  let [give, refuse] = [(_: Transaction | undefined): void => {}, (_: unknown): void => {}]
  const opened = new Promise<Transaction | undefined>((resolve, reject) => {
    give = resolve
    refuse = reject
  })
  // Nobody may be waiting for it.
  opened.catch(() => {})
  let ask = (): void => {}
  const asked = new Promise<true>((resolve) => {
    ask = () => resolve(true)
  })
  const made = work(
    lateTransaction(async () => {
      ask()
      const tx = await opened
      if (!tx) throw new PieceworkError('database', 'The transaction has ended.')
      return tx
    }),
  )
  const ended = made.then(
    () => false,
    () => false,
  )
  if (!(await Promise.race([asked, ended]))) {
    give(undefined)
    return made
  }
  try {
    return await database.transaction((tx) => {
      give(tx)
      return made
    }, options)
  } catch (error) {
    refuse(error)
    throw error
  }
}

function lateTransaction(open: () => Promise<Transaction>): Transaction {
  return {
    query: async (sql, values) => (await open()).query(sql, values),
    copyIn: async (target, csv) => (await open()).copyIn(target, csv),
    copyOut: async function* (select) {
      yield* (await open()).copyOut(select)
    },
  }
}
