import type { KeyForm } from '@piecework/core/piece'
import { keyFamily } from './key-family.js'
import { numberProblems } from './keys/number-problems.js'
import type { Sequences } from './keys/sequences.js'
import { ownKeyProblem } from './own-key-problem.js'
import { resourceIdProblem } from './resource-literal.js'
import type { MatchedTable, ReferencePlan } from './table-plan.js'

export interface KeyProblemsInput {
  readonly plan: MatchedTable
  /** The columns of `set` and `ignore`. */
  readonly decided: ReadonlySet<string>
  /** Of keys of the piece's tables. */
  readonly forms: (table: string) => KeyForm | undefined
  readonly sequences: Sequences
  readonly problem: (text: string) => void
}

/** Reports what would keep an old id, or let a reference lead out of the imported resource. */
export function keyProblems({ plan, decided, forms, sequences, problem }: KeyProblemsInput): void {
  const { table, spec, ownerColumn, ownerPath, references, json } = plan
  const leads = (name: string): boolean =>
    name === ownerColumn?.name || references.has(name) || decided.has(name)
  const owner = ownerPath.at(-1)?.column
  const unfit = owner && resourceIdProblem(owner)
  if (unfit) problem(`owner "${spec.owner}" of table "${table.name}" ${unfit}`)
  for (const text of [...primaryKeyProblems(plan, leads), ...numberProblems(plan, sequences)]) problem(text)
  for (const { columns, table: to } of table.foreignKeys) {
    for (const name of columns.filter((column) => !leads(column) && !table.columns.get(column)?.generated)) {
      problem(
        `column "${name}" of table "${table.name}" leads to "${to}" and must stand in "references", "set" or "ignore"`,
      )
    }
  }
  for (const reference of references.values()) {
    const text = referenceProblem(plan, reference, forms(reference.name) === 'natural', sequences)
    if (text) problem(text)
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

function* primaryKeyProblems(
  { table, spec, key }: MatchedTable,
  leads: (name: string) => boolean,
): Iterable<string> {
  for (const name of table.primaryKey) {
    const column = table.columns.get(name)
    if (!column || leads(name)) continue
    const own = column === key || table.primaryKey.length === 1 ? ownKeyProblem(column, spec.key) : undefined
    if (own) yield `key "${name}" of table "${table.name}" ${own}`
    else if (table.primaryKey.length > 1 && column.base === 'uuid') {
      yield `"${name}", part of the key of table "${table.name}", must stand in "references"`
    }
  }
  if (table.primaryKey.length > 1 && !key && !table.primaryKey.some((name) => leads(name))) {
    yield `the key of table "${table.name}" holds no reference, so a second copy could not stand beside the first`
  }
}

function referenceProblem(
  { table }: MatchedTable,
  { column, of, name, key, shared, table: to }: ReferencePlan,
  isNatural: boolean,
  sequences: Sequences,
): string | undefined {
  const target = to.columns.get(key)
  if (!target || shared || of !== undefined) return undefined
  const family = keyFamily(target)
  const what = `"${table.name}"."${column.name}" leads to "${name}"."${key}"`
  if (keyFamily(column) !== family || (family === undefined && !isNatural))
    return `${what} and is ${column.type}, not ${family === undefined ? 'uuid, text or integer' : target.type}`
  // Only a table's own key gets new numbers that are known: any other column takes the next ones.
  const isKey = to.primaryKey.includes(key) && (to.primaryKey.length === 1 || sequences.of(to.name, key))
  return family === 'integer' && !isNatural && !isKey
    ? `${what}, which is not the key of its rows`
    : undefined
}
