import type { Column } from './catalogue.js'
import type { TablePlan, Target } from './table-plan.js'

/** A table whose keys are remapped: its column `key`, under `name`. */
export type KeyTarget = Pick<Target, 'name' | 'table' | 'key'>

/** The table's own keys. */
export const ownKey = (plan: Pick<TablePlan, 'name' | 'table'>, { name: key }: Column): KeyTarget => ({
  name: plan.name,
  table: plan.table,
  key,
})
