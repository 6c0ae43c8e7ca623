import type { TablePlan } from './table-plan.js'

/**
 * Reports what would keep an old id, or let a reference lead out of the imported resource. `decided`: the
 * columns of `set` and `ignore`.
 */
export function keyProblems(
  plan: TablePlan,
  decided: ReadonlySet<string>,
  problem: (text: string) => void,
): void {
  const { table, spec, ownerColumn, ownerPath, references, json } = plan
  const leads = (name: string): boolean =>
    name === ownerColumn?.name || references.has(name) || decided.has(name)
  const owner = ownerPath.at(-1)?.column
  if (owner && owner.base !== 'uuid') {
    problem(`owner "${spec.owner}" of table "${table.name}" is ${owner.type}, not uuid`)
  }
  for (const name of table.primaryKey) {
    const column = table.columns.get(name)
    if (!column || leads(name)) continue
    if (table.primaryKey.length === 1 ? column.base !== 'uuid' : column.serial) {
      problem(
        `table "${table.name}" has the key "${name}" of type ${column.type}; keys of their own must be uuid`,
      )
    } else if (table.primaryKey.length > 1 && column.base === 'uuid') {
      problem(`"${name}", part of the key of table "${table.name}", must stand in "references"`)
    }
  }
  if (table.primaryKey.length > 1 && !table.primaryKey.some((name) => leads(name))) {
    problem(
      `the key of table "${table.name}" holds no reference, so a second copy could not stand beside the first`,
    )
  }
  for (const { columns, table: to } of table.foreignKeys) {
    for (const name of columns.filter((column) => !leads(column) && !table.columns.get(column)?.generated)) {
      problem(
        `column "${name}" of table "${table.name}" leads to "${to}" and must stand in "references", "set" or "ignore"`,
      )
    }
  }
  for (const { column, of, name, key, shared } of references.values()) {
    if (column.base !== 'uuid' && !shared && of === undefined) {
      problem(`"${table.name}"."${column.name}" leads to "${name}"."${key}" and is ${column.type}, not uuid`)
    }
  }
  for (const name of spec.secondPass ?? []) {
    const column = references.get(name)?.column ?? json.get(name)?.column
    if (!column)
      problem(
        `secondPass column "${name}" of table "${table.name}" stands neither in "references" nor in "json"`,
      )
    else if (column.notNull) problem(`secondPass column "${name}" of table "${table.name}" cannot be NULL`)
  }
  if ((spec.secondPass?.length ?? 0) > 0 && !plan.key && !plan.ownRow) {
    problem(`table "${table.name}" has secondPass columns but no key of its own`)
  }
}
