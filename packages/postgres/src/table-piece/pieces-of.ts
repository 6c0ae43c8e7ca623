import { type Piece, PieceworkError, type Queryable } from '@piecework/core/piece'
import { type Database, databaseOf } from '@piecework/core/store'

export interface OneDatabase {
  /** Absent: the store's. */
  readonly name: string | undefined
  /** What it throws says which it is. */
  readonly db: Queryable
  /** That have their rows there. */
  readonly pieces: readonly Piece[]
}

/** The databases that `checkTables` looks at. Throws `options-invalid` where a piece is in none of `databases`. */
export function databasesOf(
  db: Queryable,
  pieces: readonly Piece[],
  given: { readonly database?: string; readonly databases?: Readonly<Record<string, Database>> },
): readonly OneDatabase[] {
  const { database, databases } = given
  const call = 'checkTables()'
  if (!databases)
    return [{ name: database, db: named(database, db), pieces: piecesOf(pieces, database, call) }]
  if (database !== undefined)
    throw new PieceworkError('options-invalid', `${call}: give either "database" or "databases".`)
  const lacking = pieces.find(
    (piece) => piece.database !== undefined && !Object.hasOwn(databases, piece.database),
  )
  if (lacking)
    throw new PieceworkError(
      'options-invalid',
      `${call}: piece "${lacking.name}" has its rows in "${lacking.database}", which is none of "databases".`,
    )
  const all = [[undefined, db] as const, ...Object.entries(databases)]
  return all.flatMap(([name, one]) => {
    const here = pieces.filter((piece) => piece.database === name)
    return here.length > 0 ? [{ name, db: named(name, one), pieces: here }] : []
  })
}

function named(name: string | undefined, db: Queryable): Queryable {
  // Nothing here begins a transaction.
  const database = db as Database
  return name === undefined ? db : databaseOf({ database, databases: { [name]: database } }, name)
}

/**
 * Those whose rows are in the database of this name; undefined: in the store's. Throws `options-invalid` where all are
 * elsewhere: then nothing would be looked at.
 */
export function piecesOf(
  pieces: readonly Piece[],
  database: string | undefined,
  call: string,
): readonly Piece[] {
  const here = pieces.filter((piece) => piece.database === database)
  const [first] = pieces
  if (here.length > 0 || first === undefined) return here
  const what = database === undefined ? "the store's database" : `the database "${database}"`
  const others = [
    ...new Set(pieces.map((piece) => (piece.database === undefined ? "the store's" : `"${piece.database}"`))),
  ]
  throw new PieceworkError(
    'options-invalid',
    `${call}: none of the pieces has its rows in ${what}, they are in ${others.join(', ')}: say which is given by "database".`,
  )
}
