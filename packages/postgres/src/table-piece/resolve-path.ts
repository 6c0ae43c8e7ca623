import { asReference, isPolymorphic } from './as-reference.js'
import type { Table } from './catalogue.js'
import { foreignTarget, keyOfReference, namedTable, type ResolveInput, specOf } from './resolve-input.js'
import type { PathStep } from './table-plan.js'
import { whereSql } from './where-sql.js'

/** Follows references of this table, then of the piece's other tables, then foreign keys. */
export function resolvePath(input: ResolveInput, start: Table, path: string, option: string): PathStep[] {
  const { spec, problem } = input
  const steps: PathStep[] = []
  let table = start
  const names = start.columns.has(path) ? [path] : path.split('.')
  for (const [index, name] of names.entries()) {
    const column = table.columns.get(name)
    if (!column) {
      problem(`table "${table.name}" has no column "${name}" (${option} "${path}" of "${spec.table}")`)
      return steps
    }
    if (index === names.length - 1) {
      steps.push({ column })
      break
    }
    const to = stepTarget(input, table, name)
    if (!to) {
      problem(`"${name}" of "${table.name}" leads nowhere (${option} "${path}" of "${spec.table}")`)
      return steps
    }
    const where = whereSql(specOf(input, to.table)?.where)
    steps.push({ column, to: { ...to, where } })
    table = to.table
  }
  return steps
}

function stepTarget(input: ResolveInput, table: Table, name: string) {
  const { catalogue } = input
  const declared = specOf(input, table)?.references?.[name]
  if (declared === undefined || isPolymorphic(declared)) return foreignTarget(catalogue, table, name)
  const reference = asReference(declared)
  const next = namedTable(input, reference.table, table, name)
  return next && { table: next, key: keyOfReference(input, reference, next, table, name) }
}

/** The table that the last column of a path is in. */
export const endOfPath = (start: Table, path: readonly PathStep[]): Table => path.at(-2)?.to?.table ?? start
