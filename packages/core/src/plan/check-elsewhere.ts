import type { Queryable } from '../contracts/database.js'
import { PieceworkError } from '../contracts/errors.js'
import type { Piece } from '../contracts/piece.js'
import type { KeyColumns, LeadingColumn } from '../contracts/piece-keys.js'
import type { Store } from '../contracts/store.js'
import { askedTogether, readableBy } from './in-database.js'
import { keyName } from './key-names.js'
import { piecesBefore } from './pieces-before.js'
import type { Registry } from './registry.js'

interface Deps {
  readonly registry: Pick<Registry, 'pieces' | 'kinds' | 'declaredTables'>
  readonly store: Pick<Store, 'database' | 'databases'>
}

/**
 * Of a job whose pieces have rows in several databases: throws `registry-invalid` for a column that leads to rows which
 * come later, or to numbers that are not the keys of their rows, as no constraint from one database into another tells.
 */
export async function checkElsewhere(
  { registry, store }: Deps,
  pieces: Iterable<Piece>,
  db: Queryable,
): Promise<void> {
  const all = [...pieces]
  if (new Set(all.map(({ database }) => database)).size < 2) return
  const nameOf = (table: string): string => keyName(table, registry.declaredTables)
  const known = new Map<Piece, KeyColumns>()
  for (const { piece, asked } of askedTogether(all)) {
    const columns = await piece.keys?.columns?.(readableBy(store, piece, db), asked)
    if (columns) known.set(piece, columns)
  }
  // Rows of resources are there before the first piece runs.
  const own = new Set([...registry.kinds.values()].map(({ table }) => nameOf(table)))
  for (const [piece, { leading }] of known) {
    const before = piecesBefore(piece, registry.pieces.values())
    for (const column of leading) {
      const table = nameOf(column.table)
      const carriers = own.has(table) ? [] : carriersOf(table, piece, all, nameOf)
      const [carrier] = carriers
      if (!carrier) continue
      if (!carriers.some(({ name }) => before.has(name)))
        throw misled(
          piece,
          { ...column, table },
          `which "${carrier.name}" fills, perhaps later: name that piece in its "after"`,
        )
      const key = carriers.flatMap((one) => numberedBy(known.get(one), table, nameOf))[0]
      if (key !== undefined && key !== column.key)
        throw misled(
          piece,
          { ...column, table },
          `whose rows are numbered by "${key}", which alone has new numbers`,
        )
    }
  }
}

function carriersOf(
  table: string,
  { database }: Piece,
  all: readonly Piece[],
  nameOf: (table: string) => string,
): readonly Piece[] {
  return all.filter(
    (other) =>
      other.database !== database &&
      !other.exportOnly &&
      other.keys?.tables?.some((one) => nameOf(one) === table),
  )
}

const numberedBy = (
  columns: KeyColumns | undefined,
  table: string,
  nameOf: (table: string) => string,
): readonly string[] =>
  Object.entries(columns?.numbered ?? {}).flatMap(([name, column]) =>
    nameOf(name) === table ? [column] : [],
  )

function misled({ name }: Piece, { from, table, key }: LeadingColumn, why: string): PieceworkError {
  return new PieceworkError(
    'registry-invalid',
    `Piece "${name}" cannot be run: ${from} leads to "${table}"."${key}" of another database, ${why}.`,
    { facts: { piece: name, table } },
  )
}
