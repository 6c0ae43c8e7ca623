import type { PartPlan, PartsContext } from '@piecework/core/piece'
import { orderColumns, orderSql } from './order-by.js'
import type { TableRange } from './part-of.js'
import { resourceRows } from './row-source.js'
import type { TablePieceSpec } from './spec.js'
import type { TablePlan } from './table-plan.js'
import { tablesOfNode } from './tables-in.js'

/** Ranges of `partRows` rows of each table, in the declared order. None if no table has more. */
export async function planParts<Options>(
  piece: TablePieceSpec<Options>,
  partRows: number,
  context: PartsContext<Options>,
): Promise<readonly PartPlan[]> {
  const { jobId: job, resource } = context
  const ranges: TableRange[] = []
  const plans = await tablesOfNode(context.tx, piece, { work: 'plan', job, resource })
  for (const plan of plans) {
    context.signal.throwIfAborted()
    ranges.push(...(await rangesOf(plan, partRows, context)))
  }
  return ranges.length > plans.length ? ranges.map((range) => ({ range })) : []
}

async function rangesOf<Options>(
  plan: TablePlan,
  partRows: number,
  { tx, resource }: PartsContext<Options>,
): Promise<readonly TableRange[]> {
  const { entry } = plan
  const columns = orderColumns(plan)
  if (!columns) return [{ entry, from: null, to: null }]
  const { from, where } = resourceRows(plan, resource.id)
  const order = columns.map(orderSql).join(', ')
  const values = columns.map((column, at) => `${orderSql(column)} AS c${at}`).join(', ')
  // As JSON, a time is spelled the same whatever the session's settings.
  const texts = columns.map((_, at) => `to_jsonb(r.c${at}) #>> '{}'`).join(', ')
  const { rows } = await tx.query<{ first: string }>(
    `SELECT jsonb_build_array(${texts})::text AS first
     FROM (SELECT ${values}, row_number() OVER (ORDER BY ${order}) AS n FROM ${from} WHERE ${where}) r
     WHERE r.n > 1 AND (r.n - 1) % ${partRows} = 0 ORDER BY r.n`,
  )
  const cuts = rows.map(({ first }) => JSON.parse(first) as readonly string[])
  return [null, ...cuts].map((first, at) => ({ entry, from: first, to: cuts[at] ?? null }))
}
