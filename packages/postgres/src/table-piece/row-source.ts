import { quoteIdent } from '../database/quote-ident.js'
import type { Column } from './catalogue.js'
import { Joins } from './joins.js'
import { resourceLiteral } from './resource-literal.js'
import type { TablePlan } from './table-plan.js'

/** Rows to be inserted: those of a resource, or those of a file in a temporary table. */
export interface RowSource {
  /** FROM clause whose rows are `t`; may be followed by LEFT JOINs. */
  readonly from: string
  /** Condition. */
  readonly where: string
  /** What its rows are ordered by; undefined if their order does not matter. */
  readonly order?: string | undefined
  /** SQL of a column (or a stable key, by its header); undefined if the source has none. */
  column(name: string): string | undefined
  /** Number of different values of a column, if by the server's statistics it does not grow with the rows. */
  distinct(name: string): number | undefined
}

export interface ResourceRows extends RowSource {
  /** For further columns; `from` has what was joined. */
  readonly joins: Joins
}

/** The rows of the resource `id` that travel, or with `all` those that do not, too. `only`: a condition on row `t`. */
export function resourceRows(
  plan: TablePlan,
  id: string,
  { all = false, only }: { readonly all?: boolean; readonly only?: string | undefined } = {},
): ResourceRows {
  const literal = resourceLiteral(plan.ownerPath.at(-1)?.column as Column, id)
  const joins = new Joins(plan.table, all ? undefined : plan.where, (where) =>
    where.replaceAll('$resource', () => literal),
  )
  const owner = joins.column(plan.ownerPath, 'JOIN')
  return {
    joins,
    get from() {
      return joins.sql
    },
    where: only === undefined ? `${owner} = ${literal}` : `${owner} = ${literal} AND ${only}`,
    column: (name) => (plan.table.columns.has(name) ? `t.${quoteIdent(name)}` : undefined),
    distinct: () => undefined,
  }
}
