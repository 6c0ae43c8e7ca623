import type { Queryable } from '../contracts/database.js'
import { PieceworkError } from '../contracts/errors.js'
import type { Piece } from '../contracts/piece.js'
import type { Store } from '../contracts/store.js'
import { askedTogether, readableBy } from './in-database.js'

/**
 * Names of the pieces that must reserve numbers before anything is made. Throws `unsupported` if two of them fill tables of
 * one name in different databases: an old number would not say which of the two it is of.
 */
export async function numberedPieces(
  pieces: Iterable<Piece>,
  db: Queryable,
  store: Pick<Store, 'database' | 'databases'>,
): Promise<ReadonlySet<string>> {
  const numbered: Piece[] = []
  for (const { piece, asked } of askedTogether([...pieces])) {
    if (!piece.keys?.reserve) continue
    const tables = (await piece.keys.numbered?.(readableBy(store, piece, db), asked)) ?? []
    if (tables.length > 0) numbered.push(piece)
  }
  for (const piece of numbered) refuseNamesake(piece, numbered)
  return new Set(numbered.map(({ name }) => name))
}

function refuseNamesake({ name, database, keys }: Piece, all: readonly Piece[]): void {
  for (const other of all) {
    if (other.database === database) continue
    const table = keys?.tables?.find((one) => other.keys?.tables?.includes(one))
    if (table === undefined) continue
    throw new PieceworkError(
      'unsupported',
      `${name} and ${other.name} fill tables called "${table}" in two databases, and numbers of sequences are keys in them: give one of the tables another name, or ask for a job without one of the pieces.`,
      { facts: { table, pieces: [name, other.name] } },
    )
  }
}
