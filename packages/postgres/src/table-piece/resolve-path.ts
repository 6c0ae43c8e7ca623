import { asReference } from './as-reference.js'
import type { Table } from './catalogue.js'
import type { ResolveInput } from './resolve-input.js'
import type { PathStep } from './table-plan.js'

/** Follows references of this table, then of the piece's other tables, then foreign keys. */
export function resolvePath(
  { spec, piece, schema, catalogue, problem }: ResolveInput,
  start: Table,
  path: string,
  option: string,
): PathStep[] {
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
    const { references = {} } = piece.tables.find((other) => other.table === table.name) ?? {}
    const declared = Object.hasOwn(references, name) ? references[name] : undefined
    const foreign = table.foreignKeys.find(
      ({ columns, schema: of }) => of === schema && columns.length === 1 && columns[0] === name,
    )
    const to = declared
      ? asReference(declared)
      : foreign && { table: foreign.table, key: foreign.keys[0] ?? 'id' }
    const next = to && catalogue.get(to.table)
    if (!next) {
      problem(`"${name}" of "${table.name}" leads nowhere (${option} "${path}" of "${spec.table}")`)
      return steps
    }
    steps.push({ column, to: { table: next, key: to.key ?? 'id' } })
    table = next
  }
  return steps
}
