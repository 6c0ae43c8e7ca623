import type { ResourceRef } from '@piecework/core/piece'
import { quoteIdent } from '../../database/quote-ident.js'
import { tableName } from '../joins.js'
import { resourceLiteral } from '../resource-literal.js'
import type { PathStep } from '../table-plan.js'

/** Condition: the row `alias` leads to one of the resources. */
export function ownedBy(
  [step, ...further]: readonly PathStep[],
  resources: readonly ResourceRef[],
  alias: string,
): string {
  if (!step) return 'false'
  const value = `${alias}.${quoteIdent(step.column.name)}`
  if (!step.to)
    return `${value} IN (${resources.map(({ id }) => resourceLiteral(step.column, id)).join(', ')})`
  const next = `o${further.length}`
  const key = `${next}.${quoteIdent(step.to.key)}`
  return `${value} IN (SELECT ${key} FROM ${tableName(step.to.table)} AS ${next} WHERE ${ownedBy(further, resources, next)})`
}
