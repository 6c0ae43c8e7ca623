import { type Piece, PieceworkError } from '@piecework/core/piece'
import { isTablePiece, type TablePiece, type TablePieceSpec, type TableSpec, tableSpec } from './spec.js'

/** What is read of the database about a piece. */
export type Declared = Pick<TablePieceSpec, 'name' | 'schema' | 'tables' | 'database'> & {
  readonly claimed?: true
}

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
  const twice = carriedTwice(all)
  if (twice.length > 0) throw new PieceworkError('registry-invalid', twice.join(' '))
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

/** Tables that two pieces carry by the same owner without a condition: the rows would come twice. Whole sentences. */
export function carriedTwice(pieces: readonly TablePiece[]): readonly string[] {
  const refused: string[] = []
  for (const [at, one] of pieces.entries())
    for (const other of pieces.slice(at + 1))
      for (const { table, owner } of sameRows(one, other))
        refused.push(
          `Pieces "${one.name}" and "${other.name}" both carry the rows of table "${table}" by "${owner}": leave the table out of one of them, or say by "where" of each which rows are its own, as in where: { sql: 'kind = $1', values: ['page'] }.`,
        )
  return refused
}

function sameRows(one: TablePiece, other: TablePiece): readonly TableSpec[] {
  const [a, b] = [one[tableSpec], other[tableSpec]]
  const { schema = 'public' } = a
  const { schema: otherSchema = 'public' } = b
  // What one of them only exports, or carries for some resources, does not come twice.
  const mayBoth = [one, other].every(({ exportOnly, applies }) => !exportOnly && !applies)
  if (!mayBoth || one.of !== other.of || one.database !== other.database || schema !== otherSchema) return []
  return a.tables.filter(({ table, owner, where }) =>
    b.tables.some(
      (twin) =>
        twin.table === table && twin.owner === owner && (where === undefined || twin.where === undefined),
    ),
  )
}
