import { isPieceworkError, PieceworkError, type Queryable, type ResourceRef } from '@piecework/core/piece'
import { quoteIdent } from '../database/quote-ident.js'
import { asHost, asOurselves } from './as-host.js'
import { onlyTable } from './joins.js'
import { resourceLiteral } from './resource-literal.js'
import type { TablePlan } from './table-plan.js'

/** Whether the row is the resource itself, and not one that belongs to it: other tables refer to it. */
export const isCertain = ({ ownerColumn, table }: TablePlan): boolean =>
  table.referenced || ownerColumn?.name === 'id'

/**
 * A table whose key is the owner holds the resource's own row, or perhaps a row that belongs to the resource:
 * where the shell has no such row, there is none to update.
 */
export async function withShells(
  tx: Queryable,
  plans: readonly TablePlan[],
  { id }: ResourceRef,
): Promise<readonly TablePlan[]> {
  const found: TablePlan[] = []
  for (const plan of plans) {
    const { ownerColumn, table } = plan
    if (!plan.ownRow || !ownerColumn || isCertain(plan)) {
      found.push(plan)
      continue
    }
    const { rows } = await tx.query<{ there: boolean }>(
      `SELECT EXISTS (SELECT FROM ${onlyTable(table)} WHERE ${quoteIdent(ownerColumn.name)} = ${resourceLiteral(ownerColumn, id)}) AS there`,
    )
    found.push({ ...plan, ownRow: rows[0]?.there === true })
  }
  return found
}

/** Deferred constraints fail the attempt while it can still say why. `plans`: what the catalogue says of the database. */
export async function checkDeferred(tx: Queryable, plans: readonly TablePlan[] = []): Promise<void> {
  if (plans.length > 0 && !plans.some(({ facts }) => facts.deferrableNearby)) return
  try {
    await tx.query(`${asHost}; SET CONSTRAINTS ALL IMMEDIATE; ${asOurselves}`)
  } catch (error) {
    throw takenMeanwhile(error, plans) ?? error
  }
}

/** A value was free when it was looked at: the next attempt decides anew. */
function takenMeanwhile(error: unknown, plans: readonly TablePlan[]): PieceworkError | undefined {
  if (!isPieceworkError(error, 'database') || error.facts.sqlState !== '23505') return undefined
  const { table, constraint } = error.facts
  if (!plans.some((plan) => plan.unique.length > 0 && plan.table.name === table)) return undefined
  return new PieceworkError(
    'table/unique-taken',
    `A value of table "${table}" was taken while it was written (constraint "${constraint}").`,
    { cause: error, retryable: true, facts: { table, constraint } },
  )
}
