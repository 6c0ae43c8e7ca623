import type { Database, Queryable, Transaction, TransactionOptions } from '../contracts/database.js'
import { PieceworkError } from '../contracts/errors.js'
import type { Piece } from '../contracts/piece.js'
import type { Store } from '../contracts/store.js'
import { namedDatabase } from './named-database.js'

/** The database that a piece's rows are in; one beside the store's is named by what it throws. */
export function databaseOf(
  { databases, database }: Pick<Store, 'database' | 'databases'>,
  name?: string,
): Database {
  if (name === undefined) return database
  const found = databases && Object.hasOwn(databases, name) ? databases[name] : undefined
  if (found) return namedDatabase(name, found)
  throw new PieceworkError(
    'piece-unknown',
    `This worker was given no database "${name}": all must be given the same.`,
    {
      retryable: true,
    },
  )
}

/** For reading before anything is written: `db`, which may be a transaction of the store's database, or the piece's own. */
export const readableBy = (
  store: Pick<Store, 'database' | 'databases'>,
  { database }: Pick<Piece, 'database'>,
  db: Queryable,
): Queryable => (database === undefined ? db : databaseOf(store, database))

/** Each piece with all that have their rows in the same database, the same array for each: so that they can read at once. */
export function askedTogether(
  pieces: readonly Piece[],
): readonly { readonly piece: Piece; readonly asked: readonly Piece[] }[] {
  const databases = [...new Set(pieces.map(({ database }) => database))]
  return databases.flatMap((database) => {
    const asked = pieces.filter((piece) => piece.database === database)
    return asked.map((piece) => ({ piece, asked }))
  })
}

/** Runs `work` in `tx`, a transaction of the store's database, or in one of its own where the rows are elsewhere. */
export const inDatabase = <T>(
  store: Pick<Store, 'database' | 'databases'>,
  database: string | undefined,
  tx: Transaction,
  work: (tx: Transaction) => Promise<T>,
  options?: TransactionOptions,
): Promise<T> => (database === undefined ? work(tx) : databaseOf(store, database).transaction(work, options))
