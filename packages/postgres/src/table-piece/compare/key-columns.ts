import type { Column } from '../catalogue.js'
import type { TablePlan } from '../table-plan.js'

/**
 * Columns that are a row's natural key: those that the declared order begins with. A path through a reference is the natural key of the
 * row that it leads to. A table without a declared order has all of its columns for a key.
 */
export function keyColumns(plan: TablePlan): readonly Column[] {
  const meant = meantColumns(plan)
  const first = plan.order.flatMap((path) => path[0]?.column.name ?? [])
  const declared = [...new Set(first)].flatMap((name) => meant.find((column) => column.name === name) ?? [])
  return declared.length > 0 ? declared : meant
}

/** Columns that say something of the row: all that travel but its own id. */
export function meantColumns(plan: TablePlan): readonly Column[] {
  return plan.carried.filter((column) => column !== plan.key)
}
