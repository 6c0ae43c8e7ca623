import type { Piece } from '@piecework/core/piece'
import type { TablePieceSpec, TableSpec } from './spec.js'

/** A table whose rows a piece written by hand carries. */
export interface TableClaim extends Pick<TableSpec, 'table' | 'columns' | 'ignore'> {
  /**
   * Column that leads to the resource's id, as in a table piece: what a failed import has written is deleted
   * by it. Absent: the rows go with those of another table, or are never removed.
   */
  readonly owner?: string
  /** By column that refers to another table: that table. */
  readonly references?: Readonly<Record<string, string>>
  /**
   * Columns of the rows' natural key. With `owner` and an entry `<table>.csv` that has columns of the table,
   * rows are compared by it, and references of other pieces to them too.
   */
  readonly order?: readonly string[]
}

export interface TableClaims {
  /** Schema of all tables. Default `public`. */
  readonly schema?: string
  /** In the order in which they are filled. */
  readonly tables: readonly TableClaim[]
}

/** Where a piece keeps its claims: under a symbol, which is no name of the contract of pieces. */
export const tableClaims: unique symbol = Symbol.for('piecework.table-claims')

/** A piece written by hand, and the tables that are its own. */
export interface ClaimingPiece<Options = unknown> extends Piece<Options> {
  readonly [tableClaims]: TableClaims
}

export const isClaimingPiece = (piece: Piece): piece is ClaimingPiece => tableClaims in piece

/** Claimed tables that have an owner, as a declaration. `claimed`: keys are the author's business. */
export type ClaimedSpec = Pick<TablePieceSpec, 'name' | 'schema' | 'tables'> & { readonly claimed: true }

export function ownedClaims(
  name: string,
  { schema, tables }: TableClaims,
  which: (claim: TableClaim) => boolean = () => true,
): ClaimedSpec {
  const owned = tables.flatMap((claim): TableSpec[] =>
    claim.owner === undefined || !which(claim)
      ? []
      : [{ ...claim, owner: claim.owner, order: claim.order ?? [] }],
  )
  return { name, claimed: true, tables: owned, ...(schema !== undefined && { schema }) }
}

/** Those whose entries can be compared row by row. */
export const comparableClaims = (name: string, claims: TableClaims): ClaimedSpec =>
  ownedClaims(name, claims, ({ order = [] }) => order.length > 0)
