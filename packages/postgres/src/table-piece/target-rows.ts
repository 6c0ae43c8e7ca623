import type { ResourceRef } from '@piecework/core/piece'
import { quoteIdent } from '../database/quote-ident.js'
import { textLiteral } from '../database/text-literal.js'
import { onlyTable } from './joins.js'
import type { StableKey, Target } from './table-plan.js'

/** Ids that an author's condition may refer to. */
export interface ConditionIds {
  /** Absent: its id is not known yet. */
  readonly resource?: ResourceRef
  readonly into?: ResourceRef
}

/**
 * SQL of an author's condition, with `$resource` and `$into` replaced. They have no type of their own: each is
 * what it is compared with.
 */
export function conditionSql(where: string, { resource, into }: ConditionIds): string {
  // At once: an id may be a text that holds "$into".
  const sql = where.replaceAll(/\$(resource|into)/g, (name) => {
    const ref = name === '$into' ? into : resource
    return ref ? textLiteral(ref.id) : 'NULL'
  })
  return `(${sql})`
}

export const referencedTable = (schema: string, target: Target): string => onlyTable(schema, target.table)

/**
 * SQL of the rows that have a stable key: `k`, their key, and `s`, the stable key; one row for each stable
 * key.
 */
export function stableRows(schema: string, target: Target, stable: StableKey, within: ConditionIds): string {
  const key = quoteIdent(target.key)
  const stableKey = quoteIdent(stable.column.name)
  return (
    `(SELECT DISTINCT ON (${stableKey}) ${stableKey} AS s, ${key} AS k FROM ${referencedTable(schema, target)} ` +
    `WHERE ${conditionSql(stable.where, within)} AND ${stableKey} IS NOT NULL ORDER BY ${stableKey}, ${key})`
  )
}
