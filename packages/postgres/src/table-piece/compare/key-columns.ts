import type { Column } from '../catalogue.js'
import { fileOf, type TablePlan } from '../table-plan.js'

/**
 * Columns of a row's natural key: the first column of each path of the declared order. For a reference, that
 * is the natural key of the row that it refers to. Without a declared order, all columns are the key.
 */
export function keyColumns(plan: TablePlan): readonly Column[] {
  const compared = comparedColumns(plan)
  const first = plan.order.flatMap((path) => path[0]?.column.name ?? [])
  const declared = [...new Set(first)].flatMap(
    (name) => compared.find((column) => column.name === name) ?? [],
  )
  return declared.length > 0 ? declared : compared.filter(({ name }) => !fileOf(plan, name))
}

/** Columns that travel, without the row's own id. */
export function comparedColumns(plan: TablePlan): readonly Column[] {
  return plan.carried.filter((column) => column !== plan.key)
}
