import { type Piece, PieceworkError } from '@piecework/core/piece'
import { isTablePiece, type TablePieceSpec, tableSpec } from './spec.js'

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
