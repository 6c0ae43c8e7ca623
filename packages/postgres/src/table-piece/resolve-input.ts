import type { Catalogue, Column, Table } from './catalogue.js'
import type { ClaimedSpec } from './claims.js'
import type { Problem } from './facts/problem.js'
import type { Sequences } from './keys/sequences.js'
import type { Reference, TablePieceSpec, TableSpec } from './spec.js'
import { isSameTable, referencedName, type TableName } from './table-name.js'

/** Takes a problem of the table that is resolved. `text`: without a full stop. */
export type ReportProblem = (text: string, at?: Pick<Problem, 'column' | 'hint'>) => void

/** One table of a piece's declaration, and the database that it is matched with. */
export interface ResolveInput {
  readonly spec: TableSpec
  readonly piece: Pick<TablePieceSpec, 'name' | 'tables' | 'database'> & Partial<Pick<ClaimedSpec, 'claimed'>>
  readonly schema: string
  readonly catalogue: Catalogue
  /** Of those tables, where keys are matched. */
  readonly sequences?: Sequences
  /** Called with each problem; if there is one, the plan is not used. */
  readonly problem: ReportProblem
}

/** Column of the table, for an option that names it. If there is none, that is a problem. */
export type FindColumn = (name: string, option: string) => Column | undefined

/** The piece's declaration of a table. */
export const specOf = (
  { piece, schema }: Pick<ResolveInput, 'piece' | 'schema'>,
  table: TableName,
): TableSpec | undefined => piece.tables.find((spec) => isSameTable({ schema, name: spec.table }, table))

/** Of a declared reference of this column: the column of `to` that it leads to. */
export function keyOfReference(
  { catalogue }: Pick<ResolveInput, 'catalogue'>,
  { key }: Pick<Reference, 'key'>,
  to: Table | undefined,
  table: Table | undefined,
  column: string,
): string {
  if (key !== undefined) return key
  const foreign = table && foreignTarget(catalogue, table, column)
  if (foreign && foreign.table === to) return foreign.key
  const [only] = to?.primaryKey.length === 1 ? to.primaryKey : []
  return to?.columns.has('id') ? 'id' : (only ?? 'id')
}

/** Columns of a declaration that decide a column: it is no key by itself. */
export const isDecided = ({ set = {}, ignore = [] }: TableSpec, column: string): boolean =>
  Object.hasOwn(set, column) || ignore.includes(column)

/** Table and column that a foreign key of this column alone leads to. */
export function foreignTarget(
  catalogue: Catalogue,
  table: Table,
  column: string,
): { readonly table: Table; readonly key: string } | undefined {
  const foreign = table.foreignKeys.find(({ columns }) => columns.length === 1 && columns[0] === column)
  const to = foreign && catalogue.get({ schema: foreign.schema, name: foreign.table })
  const key = foreign?.keys[0]
  return to && key !== undefined ? { table: to, key } : undefined
}

/**
 * The table that a reference of this column names. A name without a schema that the piece's schema does not have
 * may be that of the table to which the column's foreign key leads.
 */
export function namedTable(
  { catalogue, piece, schema }: Pick<ResolveInput, 'catalogue' | 'piece' | 'schema'>,
  text: string,
  table: Table | undefined,
  column: string,
): Table | undefined {
  const found = catalogue.get(referencedName(text, schema, piece.tables))
  if (found || !table) return found
  const foreign = foreignTarget(catalogue, table, column)?.table
  return foreign?.name === text ? foreign : undefined
}
