import type { Column } from './catalogue.js'
import type { TablePlan, Target } from './table-plan.js'

/** A table whose keys are remapped: its column `key`, under `name`. */
export type KeyTarget = Pick<Target, 'name' | 'table' | 'key'>

/** The table's own keys. */
export const ownKey = (plan: TablePlan, { name: key }: Column): KeyTarget => ({
  name: plan.spec.table,
  table: plan.table,
  key,
})
