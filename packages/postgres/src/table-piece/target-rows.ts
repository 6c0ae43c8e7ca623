import type { ResourceRef } from '@piecework/core/piece'
import { quoteIdent } from '../database/quote-ident.js'
import { uuidLiteral } from '../database/uuid-literal.js'
import { tableName } from './joins.js'
import type { StableKey, Target } from './table-plan.js'

/** What an author's condition may speak of. */
export interface Within {
  readonly resource: ResourceRef
  readonly into?: ResourceRef
}

/** SQL of an author's condition, with ids in it. */
export const condition = (where: string, { resource, into }: Within): string =>
  `(${where
    .replaceAll('$resource', () => uuidLiteral(resource.id))
    .replaceAll('$into', () => (into ? uuidLiteral(into.id) : 'NULL::uuid'))})`

export const referencedTable = (schema: string, target: Target): string =>
  tableName(schema, target.table.name)

/** Rows that a stable key finds: `k`, their key, and `s`, the stable key, at most one row for each. */
export function stableRows(schema: string, target: Target, stable: StableKey, within: Within): string {
  const key = quoteIdent(target.key)
  const stableKey = quoteIdent(stable.column.name)
  return (
    `(SELECT DISTINCT ON (${stableKey}) ${stableKey} AS s, ${key} AS k FROM ${referencedTable(schema, target)} ` +
    `WHERE ${condition(stable.where, within)} AND ${stableKey} IS NOT NULL ORDER BY ${stableKey}, ${key})`
  )
}
