import type { PartPlan, PartsContext, PartsSoFar } from '@piecework/core/piece'
import { defaults } from '../defaults.js'
import type { Column } from './catalogue.js'
import { orderColumns, orderSql } from './order-by.js'
import { partOf, type TableRange } from './part-of.js'
import { resourceRows } from './row-source.js'
import type { TablePieceSpec } from './spec.js'
import type { TablePlan } from './table-plan.js'
import { tablesOfNode } from './tables-in.js'

/**
 * Ranges of `partRows` rows of each table, in the declared order: the first of them, and with each call some times as many
 * as there are. None if no table has more.
 */
export async function planParts<Options>(
  piece: TablePieceSpec<Options>,
  partRows: number,
  context: PartsContext<Options>,
): Promise<readonly PartPlan[] | PartsSoFar> {
  const { jobId: job, resource, number, from: rest } = context
  const part = `plan ${number}` as const
  const plans = await tablesOfNode(context.tx, piece, { work: 'export', job, resource, part })
  const first = rest === undefined ? undefined : partOf(plans, { range: rest as TableRange }).plan
  const most = Math.max(defaults.firstParts, (defaults.partsGrowth - 1) * (number - 1))
  const parts: { readonly range: TableRange }[] = []
  for (const plan of first ? plans.slice(plans.indexOf(first)) : plans) {
    const { entry } = plan
    let from = plan === first ? (rest as TableRange).from : null
    for await (const cut of cutsOf(plan, from, partRows, context)) {
      parts.push({ range: { entry, from, to: cut } })
      from = cut
      if (parts.length >= most) return { parts, more: { entry, from, to: null } satisfies TableRange }
    }
    parts.push({ range: { entry, from, to: null } })
  }
  return rest === undefined && parts.length <= plans.length ? [] : parts
}

/**
 * Where the parts after the first begin. One walk over the order, in which the server makes no value of what it passes; one
 * that is left early leaves its cursor to the end of the transaction.
 */
async function* cutsOf<Options>(
  plan: TablePlan,
  first: TableRange['from'],
  partRows: number,
  { tx, resource, signal }: PartsContext<Options>,
): AsyncGenerator<readonly string[]> {
  const columns = orderColumns(plan)
  if (!columns) return
  const { only } = partOf([plan], {
    range: { entry: plan.entry, from: first, to: null } satisfies TableRange,
  })
  const { from, where } = resourceRows(plan, resource.id, { only })
  const order = columns.map(orderSql).join(', ')
  const values = columns.map((column, at) => `${spelled(column)} AS c${at}`).join(', ')
  // A cursor is planned for its first rows, and this one may go to the end.
  await tx.query(`SELECT pg_catalog.set_config('cursor_tuple_fraction', '1', true)`)
  await tx.query(
    `DECLARE piecework_parts NO SCROLL CURSOR FOR SELECT ${values} FROM ${from} WHERE ${where} ORDER BY ${order}`,
  )
  for (let ahead = partRows + 1; ; ahead = partRows) {
    signal.throwIfAborted()
    const { rows } = await tx.query(`FETCH RELATIVE ${ahead} FROM piecework_parts`)
    const [row] = rows
    if (!row) break
    yield columns.map((_, at) => String(row[`c${at}`]))
  }
  await tx.query('CLOSE piecework_parts')
}

/** The text of a time depends on settings of the session, unless it is that of JSON. */
function spelled(column: Column): string {
  const value = orderSql(column)
  return /^(date|timestamp)/.test(column.base) ? `to_jsonb(${value}) #>> '{}'` : value
}
