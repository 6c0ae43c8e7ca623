import { type Piece, PieceworkError } from '@piecework/core/piece'
import { isTablePiece, type TablePieceSpec, type TableSpec, tableSpec } from './spec.js'

/** What is read of the database about a piece. */
export type Declared = Pick<TablePieceSpec, 'name' | 'schema' | 'tables' | 'database'> &
  Partial<Pick<TablePieceSpec<never>, 'of' | 'applies' | 'exportOnly'>> & { readonly claimed?: true }

/** Declarations of pieces that one host has registered: what the catalogue says of their tables is read at once. */
export interface Siblings {
  readonly declarations: readonly Declared[]
}

const known = new WeakMap<Declared, Siblings>()

export function registerSiblings(pieces: readonly Piece[]): void {
  const all = pieces.filter(isTablePiece)
  for (const { name, database, [tableSpec]: spec } of all)
    if (database !== spec.database)
      throw new PieceworkError(
        'registry-invalid',
        `Piece "${name}" has its rows in ${nameOf(database)}, and its declaration says ${nameOf(spec.database)}: write database into what tablePiece() is given.`,
      )
  for (const database of new Set(all.map((piece) => piece.database))) {
    const together = all.filter((piece) => piece.database === database)
    const siblings = { declarations: together.map((piece) => piece[tableSpec]) }
    for (const one of siblings.declarations) known.set(one, siblings)
  }
}

/** Of one that is not registered: itself. */
export function siblingsOf(declaration: Declared): Siblings {
  const found = known.get(declaration) ?? { declarations: [declaration] }
  known.set(declaration, found)
  return found
}

const nameOf = (database: string | undefined): string =>
  database === undefined ? "the store's database" : `the database "${database}"`

/** The piece that carries the same rows of the table: each of them would come twice. */
export function carriedToo(
  piece: Declared,
  { table, owner, where }: Pick<TableSpec, 'table' | 'owner' | 'where'>,
  all: readonly Declared[],
): string | undefined {
  const { schema = 'public' } = piece
  // What one of them only exports, or carries for some resources, does not come twice.
  const may = ({ exportOnly, applies, claimed }: Declared) => !exportOnly && !applies && !claimed
  const twin = all.find(
    (other) =>
      other !== piece &&
      [other, piece].every(may) &&
      other.of === piece.of &&
      other.database === piece.database &&
      (other.schema ?? 'public') === schema &&
      other.tables.some(
        (one) =>
          one.table === table && one.owner === owner && (where === undefined || one.where === undefined),
      ),
  )
  return twin?.name
}
