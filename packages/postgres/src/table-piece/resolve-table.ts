import type { Catalogue, Column, Table } from './catalogue.js'
import { entryName } from './entry-name.js'
import { parseJsonPath } from './json-path.js'
import { keyProblems } from './key-problems.js'
import type { Reference, StableReference, TablePieceSpec, TableSpec } from './spec.js'
import type { JsonPlan, PathStep, ReferencePlan, StableKey, TablePlan, Target } from './table-plan.js'

export interface PlanInput {
  readonly spec: TableSpec
  readonly piece: Pick<TablePieceSpec, 'name' | 'tables'>
  readonly schema: string
  readonly catalogue: Catalogue
  /** Told what does not fit; the plan is not used then. */
  readonly problem: (text: string) => void
}

export function resolveTable(input: PlanInput): TablePlan | undefined {
  const { spec, schema, catalogue, problem } = input
  const table = catalogue.get(spec.table)
  if (!table) {
    problem(`there is no table "${schema}"."${spec.table}"`)
    return undefined
  }
  const column = (name: string, option: string): Column | undefined => {
    const found = table.columns.get(name)
    if (!found) problem(`table "${table.name}" has no column "${name}" (${option})`)
    return found
  }
  const references = planReferences(input, table, column)
  const ownerPath = pathOf(input, table, spec.owner, 'owner')
  const ownerColumn = ownerPath.length === 1 ? ownerPath[0]?.column : undefined
  const decided = new Set([...(spec.ignore ?? []), ...Object.keys(spec.set ?? {})])
  for (const name of decided) column(name, 'ignore or set')
  for (const name of spec.columns ?? []) column(name, 'columns')
  const [single] = table.primaryKey.length === 1 ? table.primaryKey : []
  const ownRow =
    ownerColumn !== undefined &&
    single === ownerColumn.name &&
    !references.has(single) &&
    !table.foreignKeys.some(({ columns }) => columns.includes(single))
  const carried = [...table.columns.values()].filter(
    ({ name, generated, identity }) =>
      !generated && !(ownRow && identity) && name !== ownerColumn?.name && !decided.has(name),
  )
  const plan: TablePlan = {
    spec,
    table,
    schema,
    entry: entryName(spec.table),
    ownRow,
    ownerPath,
    ownerColumn,
    key: carried.find(({ name }) => name === single && !references.has(name)),
    carried,
    references: new Map([...references].filter(([name]) => carried.some((known) => known.name === name))),
    json: planJson(input, table, column),
    set: Object.entries(spec.set ?? {}).flatMap(([name, value]) => {
      const known = table.columns.get(name)
      return known ? [{ column: known, value }] : []
    }),
    order: spec.order.map((path) => pathOf(input, table, path, 'order')),
  }
  if (carried.length === 0) problem(`table "${table.name}" has no column that travels`)
  for (const name of spec.keepShellValue ?? []) {
    if (column(name, 'keep') && !ownRow)
      problem(`"keep" of table "${table.name}" is for a resource's own row`)
  }
  keyProblems(plan, decided, problem)
  return plan
}

type FindColumn = (name: string, option: string) => Column | undefined

const asReference = (reference: string | Reference): Reference =>
  typeof reference === 'string' ? { table: reference } : reference

function planReferences(
  { spec, schema, catalogue, problem }: PlanInput,
  table: Table,
  column: FindColumn,
): Map<string, ReferencePlan> {
  const plans = new Map<string, ReferencePlan>()
  for (const [name, declared] of Object.entries(spec.references ?? {})) {
    const reference = asReference(declared)
    const from = column(name, 'references')
    const target = targetOf({ catalogue, problem }, reference, `${spec.table}.${name}`)
    if (!from || !target) continue
    const stable = (kind: 'shared' | 'lookup'): StableKey | undefined =>
      stableKey(reference[kind], name, target.table, table, problem)
    plans.set(name, {
      ...target,
      column: from,
      shared: stable('shared'),
      lookup: stable('lookup'),
      late: spec.late?.includes(name) ?? false,
      self: reference.table === spec.table,
      enforced: table.foreignKeys.some(
        (key) =>
          !key.deferred &&
          key.schema === schema &&
          key.table === reference.table &&
          key.columns.length === 1 &&
          key.columns[0] === name &&
          key.keys[0] === target.key,
      ),
    })
  }
  return plans
}

function planJson(
  { spec, catalogue, problem }: PlanInput,
  table: Table,
  column: FindColumn,
): Map<string, JsonPlan> {
  const plans = new Map<string, JsonPlan>()
  for (const [name, ids] of Object.entries(spec.json ?? {})) {
    const from = column(name, 'json')
    if (!from) continue
    if (!from.base.startsWith('json')) problem(`column "${name}" of table "${spec.table}" is not json`)
    const late = spec.late?.includes(name) ?? false
    plans.set(name, {
      column: from,
      late,
      ids: ids.flatMap((id) => {
        const target = targetOf({ catalogue, problem }, id, `${spec.table}.${name}`)
        if (!target) return []
        const shared = stableKey(id.shared, `${name}.${id.path}`, target.table, undefined, problem)
        const lookup = stableKey(id.lookup, `${name}.${id.table}`, target.table, table, problem)
        return [{ ...target, shared, lookup, path: parseJsonPath(id.path), text: id.path }]
      }),
    })
  }
  return plans
}

function targetOf(
  { catalogue, problem }: Pick<PlanInput, 'catalogue' | 'problem'>,
  reference: Reference,
  from: string,
): Target | undefined {
  const table = catalogue.get(reference.table)
  const key = reference.key ?? 'id'
  if (!table) problem(`"${from}" leads to table "${reference.table}", which does not exist`)
  else if (!table.columns.has(key))
    problem(`"${from}" leads to column "${key}", which "${table.name}" does not have`)
  else if (!table.unique.has(key)) problem(`"${from}" leads to "${table.name}"."${key}", which is not unique`)
  else return { name: reference.table, table, key, of: reference.of, shared: undefined }
  return undefined
}

function stableKey(
  stable: StableReference | undefined,
  from: string,
  target: Table,
  table: Table | undefined,
  problem: (text: string) => void,
): StableKey | undefined {
  if (!stable) return undefined
  const column = target.columns.get(stable.stableKey)
  const header = `${from}.${stable.stableKey}`
  if (table?.columns.has(header))
    problem(`table "${table.name}" has a column of its own that is named "${header}"`)
  if (table && Buffer.byteLength(header) > 63) problem(`"${header}" is too long to be the name of a column`)
  if (!column)
    problem(`"${from}" has the stable key "${stable.stableKey}", which "${target.name}" does not have`)
  return column && { ...stable, header, column }
}

/** Follows the references of this table, then those of the piece's other tables, then foreign keys. */
function pathOf(
  { spec, piece, schema, catalogue, problem }: PlanInput,
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
    const declared = piece.tables.find((other) => other.table === table.name)?.references?.[name]
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
