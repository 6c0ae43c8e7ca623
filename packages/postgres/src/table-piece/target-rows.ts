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

export const referencedTable = (target: Pick<Target, 'table'>): string => onlyTable(target.table)

/** SQL condition: no column of a stable key is NULL. */
export const hasStableKey = ({ columns }: StableKey, alias = ''): string =>
  columns.map(({ name }) => `${alias}${quoteIdent(name)} IS NOT NULL`).join(' AND ')

/** SQL of a stable key as one text: a JSON array if it has several columns. */
export function stableKeyText({ columns }: StableKey, alias = ''): string {
  const [only, ...others] = columns.map(({ name }) => `${alias}${quoteIdent(name)}::text`)
  return others.length === 0 ? (only as string) : `jsonb_build_array(${[only, ...others].join(', ')})::text`
}
