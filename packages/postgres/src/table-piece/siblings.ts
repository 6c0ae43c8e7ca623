import { type Piece, PieceworkError } from '@piecework/core/piece'
import { isTablePiece, type TablePieceSpec, type TableSpec, tableSpec } from './spec.js'

/** What is read of the database about a piece. */
export type Declared = Pick<TablePieceSpec, 'name' | 'schema' | 'tables' | 'database'> &
  Partial<Pick<TablePieceSpec<never>, 'of' | 'applies' | 'exportOnly'>> & { readonly claimed?: true }

/** Declarations of pieces that one host has registered: what the catalogue says of their tables is read at once. */
export interface Siblings {
  readonly declarations: readonly Declared[]
  /** Of pieces whose rows are in other databases. */
  readonly elsewhere: readonly Declared[]
}

const known = new WeakMap<Declared, Siblings>()

/** `asKnown`: those that a host has registered stay among the others of it. */
export function registerSiblings(pieces: readonly Piece[], asKnown = false): void {
  const all = pieces.filter(isTablePiece)
  for (const { name, database, [tableSpec]: spec } of all)
    if (database !== spec.database)
      throw new PieceworkError(
        'registry-invalid',
        `Piece "${name}" has its rows in ${nameOf(database)}, and its declaration says ${nameOf(spec.database)}: write database into what tablePiece() is given.`,
      )
  for (const database of new Set(all.map((piece) => piece.database))) {
    const specsOf = (isHere: boolean) =>
      all.flatMap((piece) => ((piece.database === database) === isHere ? [piece[tableSpec]] : []))
    const siblings = { declarations: specsOf(true), elsewhere: specsOf(false) }
    for (const one of siblings.declarations) if (!asKnown || !known.has(one)) known.set(one, siblings)
  }
}

/** Of one that is not registered: itself. */
export function siblingsOf(declaration: Declared): Siblings {
  const found = known.get(declaration) ?? { declarations: [declaration], elsewhere: [] }
  known.set(declaration, found)
  return found
}

/** For a table that is not here: what is to be done if a piece of another database has it. */
export function elsewhereHint(declaration: Declared, table: string): string {
  const found = siblingsOf(declaration).elsewhere.find(({ tables }) =>
    tables.some((one) => one.table === table),
  )
  if (!found) return ''
  return ` here: piece "${found.name}" has it in ${nameOf(found.database)}, so a foreign table of that name is needed, as foreignTables() makes it`
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
