import { type TablePlan, targetsOf } from '../table-plan.js'
import { type Problem, quoted } from './problem.js'

/** Two shared rows with one key are refused by each job that refers to them. */
export function sharedWithoutIndex(plan: TablePlan): Problem[] {
  const { spec } = plan
  return targetsOf(plan).flatMap(({ column: { name: column }, target: { table, shared } }): Problem[] => {
    // A partial index may be of the very rows that are shared, but not of all.
    const all = shared?.where.trim().toLowerCase() === 'true'
    const keys = all ? table.uniqueKeys : [...table.uniqueKeys, ...table.partialKeys]
    const isKept = keys.some(({ columns }) => columns.every((name) => shared?.by.includes(name)))
    // A foreign table does not say which indexes there are.
    if (!shared || isKept || table.elsewhere) return []
    return [
      {
        severity: 'warning',
        code: 'tables/shared-without-index',
        table: spec.table,
        column,
        text: `no unique index keeps two rows of "${table.name}", to which "${column}" of table "${spec.table}" leads, from having the same ${quoted(shared.by)}`,
        hint: 'Make a unique index; until then each export and import that refers to such rows is refused.',
      },
    ]
  })
}

/** Rows that `missing: 'create'` makes have the stable key alone; a trigger may give the rest. */
export function incompleteRows({ spec, references }: TablePlan): Problem[] {
  return references.flatMap(({ column, table, shared }): Problem[] => {
    if (shared?.missing !== 'create') return []
    const lacking = [...table.columns.values()].filter(
      ({ name, notNull, hasDefault, generated }) =>
        notNull && !hasDefault && !generated && !shared.by.includes(name),
    )
    if (lacking.length === 0) return []
    return [
      {
        severity: 'warning',
        code: 'tables/create-incomplete',
        table: spec.table,
        column: column.name,
        text: `rows of "${table.name}" that "missing" of "${column.name}" creates have no ${quoted(lacking.map(({ name }) => name))}, which must have a value`,
        hint: 'Give the column a default, or let "missing" be another one; unless a trigger fills it, imports that make such rows fail.',
      },
    ]
  })
}
