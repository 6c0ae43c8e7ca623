import type { Column } from '../catalogue.js'
import type { TablePlan } from '../table-plan.js'

/** Whether the table has no two rows with one value: of a key of several columns, one may repeat. */
export const isUniqueAlone = ({ table }: Pick<TablePlan, 'table'>, { name }: Column): boolean =>
  table.primaryKey.length === 1 || table.unique.has(name)
