import { quoteIdent } from '../database/quote-ident.js'
import { uuidLiteral } from '../database/uuid-literal.js'
import { tableName } from './joins.js'
import type { StableKey, Target } from './table-plan.js'

/** SQL of an author's condition, with the resource's id in it. */
export const condition = (where: string, resourceId: string): string =>
  `(${where.replaceAll('$resource', () => uuidLiteral(resourceId))})`

export const referencedTable = (schema: string, target: Target): string =>
  tableName(schema, target.table.name)

/** Rows that a stable key finds: `k`, their key, and `s`, the stable key, at most one row for each. */
export function stableRows(schema: string, target: Target, stable: StableKey, resourceId: string): string {
  const key = quoteIdent(target.key)
  const stableKey = quoteIdent(stable.column.name)
  return (
    `(SELECT DISTINCT ON (${stableKey}) ${stableKey} AS s, ${key} AS k FROM ${referencedTable(schema, target)} ` +
    `WHERE ${condition(stable.where, resourceId)} AND ${stableKey} IS NOT NULL ORDER BY ${stableKey}, ${key})`
  )
}
