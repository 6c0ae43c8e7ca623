import type { KeyForm } from '@piecework/core/piece'
import { keyFamily } from './key-family.js'
import { ownKeyProblem } from './own-key-problem.js'
import { resourceIdProblem } from './resource-literal.js'
import type { MatchedTable } from './table-plan.js'

/**
 * Reports what would keep an old id, or let a reference lead out of the imported resource. `decided`: the
 * columns of `set` and `ignore`. `forms`: of keys of the piece's tables.
 */
export function keyProblems(
  plan: MatchedTable,
  decided: ReadonlySet<string>,
  forms: (table: string) => KeyForm | undefined,
  problem: (text: string) => void,
): void {
  const { table, spec, ownerColumn, ownerPath, references, json } = plan
  const leads = (name: string): boolean =>
    name === ownerColumn?.name || references.has(name) || decided.has(name)
  const owner = ownerPath.at(-1)?.column
  const unfit = owner && resourceIdProblem(owner)
  if (unfit) problem(`owner "${spec.owner}" of table "${table.name}" ${unfit}`)
  for (const name of table.primaryKey) {
    const column = table.columns.get(name)
    if (!column || leads(name)) continue
    const own =
      table.primaryKey.length === 1
        ? ownKeyProblem(column, spec.key)
        : column.serial
          ? `is ${column.type}; keys of their own must be uuid`
          : undefined
    if (own) problem(`key "${name}" of table "${table.name}" ${own}`)
    else if (table.primaryKey.length > 1 && column.base === 'uuid') {
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
  for (const { column, of, name, key, shared, table: to } of references.values()) {
    const target = to.columns.get(key)
    if (!target || shared || of !== undefined) continue
    const family = keyFamily(target)
    const isNatural = forms(name) === 'natural'
    if (keyFamily(column) !== family || ((family === undefined || family === 'integer') && !isNatural)) {
      problem(
        `"${table.name}"."${column.name}" leads to "${name}"."${key}" and is ${column.type}, not ${family === undefined || family === 'integer' ? 'uuid or text' : target.type}`,
      )
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
