import type { Catalogue, Column } from './catalogue.js'
import type { ClaimedSpec } from './claims.js'
import type { TablePieceSpec, TableSpec } from './spec.js'

/** One table of a piece's declaration, and the database that it is matched with. */
export interface ResolveInput {
  readonly spec: TableSpec
  readonly piece: Pick<TablePieceSpec, 'name' | 'tables'> & Partial<Pick<ClaimedSpec, 'claimed'>>
  readonly schema: string
  readonly catalogue: Catalogue
  /** Called with each problem; if there is one, the plan is not used. */
  readonly problem: (text: string) => void
}

/** Column of the table, for an option that names it. If there is none, that is a problem. */
export type FindColumn = (name: string, option: string) => Column | undefined
