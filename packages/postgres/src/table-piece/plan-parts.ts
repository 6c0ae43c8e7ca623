import type { PartPlan, PartsContext } from '@piecework/core/piece'
import type { Column } from './catalogue.js'
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
  const plans = await tablesOfNode(context.tx, piece, { work: 'export', job, resource, part: 'plan' })
  for (const plan of plans) {
    context.signal.throwIfAborted()
    ranges.push(...(await rangesOf(plan, partRows, context)))
  }
  return ranges.length > plans.length ? ranges.map((range) => ({ range })) : []
}

async function rangesOf<Options>(
  plan: TablePlan,
  partRows: number,
  context: PartsContext<Options>,
): Promise<readonly TableRange[]> {
  const { entry } = plan
  const columns = orderColumns(plan)
  if (!columns) return [{ entry, from: null, to: null }]
  const cuts = await cutsOf(plan, columns, partRows, context)
  return [null, ...cuts].map((first, at) => ({ entry, from: first, to: cuts[at] ?? null }))
}

/** Where the parts after the first begin. One walk over the order, in which the server makes no value of what it passes. */
async function cutsOf<Options>(
  plan: TablePlan,
  columns: readonly Column[],
  partRows: number,
  { tx, resource, signal }: PartsContext<Options>,
): Promise<readonly (readonly string[])[]> {
  const { from, where } = resourceRows(plan, resource.id)
  const order = columns.map(orderSql).join(', ')
  const values = columns.map((column, at) => `${spelled(column)} AS c${at}`).join(', ')
  const cuts: (readonly string[])[] = []
  // A cursor is planned for its first rows, and this one goes to the end.
  await tx.query(`SELECT pg_catalog.set_config('cursor_tuple_fraction', '1', true)`)
  await tx.query(
    `DECLARE piecework_parts NO SCROLL CURSOR FOR SELECT ${values} FROM ${from} WHERE ${where} ORDER BY ${order}`,
  )
  for (let ahead = partRows + 1; ; ahead = partRows) {
    signal.throwIfAborted()
    const { rows } = await tx.query(`FETCH RELATIVE ${ahead} FROM piecework_parts`)
    const [first] = rows
    if (!first) break
    cuts.push(columns.map((_, at) => String(first[`c${at}`])))
  }
  await tx.query('CLOSE piecework_parts')
  return cuts
}

/** The text of a time depends on settings of the session, unless it is that of JSON. */
function spelled(column: Column): string {
  const value = orderSql(column)
  return /^(date|timestamp)/.test(column.base) ? `to_jsonb(${value}) #>> '{}'` : value
}
