import type { TablePlan, Target } from '../table-plan.js'
import type { Problem } from './problem.js'

/**
 * References to tables that no piece carries: each import and clone leaves them empty, or their rows out. `isCarried`: by
 * the name under which a table's ids are remapped.
 */
export function uncarriedReferences(plan: TablePlan, isCarried: (table: string) => boolean): Problem[] {
  const { spec, references, containers } = plan
  const leadsNowhere = ({ name, root, of, shared }: Target): boolean =>
    !root && of === undefined && !shared && !isCarried(name)
  const hint =
    'Let a piece carry the table, claim it for a piece written by hand by claimTables, declare its rows as "shared", or put the column into "set" or "ignore".'
  const problem = (column: string, target: Target, what: string): Problem => ({
    severity: 'warning',
    code: 'tables/reference-uncarried',
    table: spec.table,
    column,
    text: `column "${column}" of table "${spec.table}" leads to "${target.table.name}", which no piece carries: each import and clone ${what}`,
    hint,
  })
  return [
    ...references
      .filter(leadsNowhere)
      .map((target) =>
        problem(
          target.column.name,
          target,
          target.column.notNull ? 'leaves these rows out' : 'leaves it empty',
        ),
      ),
    ...containers.flatMap(({ column, form, ids }) =>
      ids
        .filter(leadsNowhere)
        .map((target) =>
          problem(column.name, target, form === 'text' ? 'keeps these ids' : 'leaves these ids out'),
        ),
    ),
  ]
}
