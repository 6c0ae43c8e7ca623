import { type NodePart, PieceworkError } from '@piecework/core/piece'
import { textLiteral } from '../database/text-literal.js'
import type { Column } from './catalogue.js'
import { orderColumns, orderSql } from './order-by.js'
import type { TablePlan } from './table-plan.js'

/** Rows of one table: from the first, and before the last, by the texts of their order columns. */
export interface TableRange {
  readonly entry: string
  /** NULL: from the beginning, and to the end, whatever rows there may be by then. */
  readonly from: readonly string[] | null
  readonly to: readonly string[] | null
}

/** The table of a part, and the condition on row `t` that its rows meet. */
export function partOf(
  plans: readonly TablePlan[],
  { range }: Pick<NodePart, 'range'>,
): { readonly plan: TablePlan; readonly only: string | undefined } {
  const { entry, from, to } = range as TableRange
  const plan = plans.find((one) => one.entry === entry)
  const columns = plan && orderColumns(plan)
  if (!plan || (!columns && (from || to)))
    throw new PieceworkError(
      'source-changed',
      `The table of "${entry}" is not as it was when its parts were planned.`,
      {
        retryable: true,
      },
    )
  const row = (columns ?? []).map(orderSql).join(', ')
  const bound = (operator: string, values: readonly string[] | null) =>
    values
      ? [
          `ROW(${row}) ${operator} ROW(${values.map((value, at) => literal(value, columns?.[at])).join(', ')})`,
        ]
      : []
  const conditions = [...bound('>=', from), ...bound('<', to)]
  return { plan, only: conditions.length > 0 ? conditions.join(' AND ') : undefined }
}

function literal(value: string, column: Column | undefined): string {
  return `${textLiteral(value)}::pg_catalog.${column?.base}`
}
