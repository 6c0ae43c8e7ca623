import type { Piece } from '@piecework/core/piece'
import { isTablePiece, type TablePieceSpec, tableSpec } from './spec.js'

/** What is read of the database about a piece. */
export type Declared = Pick<TablePieceSpec, 'name' | 'schema' | 'tables'> & { readonly claimed?: true }

/** Declarations of pieces that one host has registered: what the catalogue says of their tables is read at once. */
export interface Siblings {
  readonly declarations: readonly Declared[]
}

const known = new WeakMap<Declared, Siblings>()

export function registerSiblings(pieces: readonly Piece[]): void {
  const siblings = { declarations: pieces.filter(isTablePiece).map((piece) => piece[tableSpec]) }
  for (const one of siblings.declarations) known.set(one, siblings)
}

/** Of one that is not registered: itself. */
export function siblingsOf(declaration: Declared): Siblings {
  const found = known.get(declaration) ?? { declarations: [declaration] }
  known.set(declaration, found)
  return found
}
