import { asReference } from './as-reference.js'
import type { Table } from './catalogue.js'
import { holdsDocuments } from './document-sql.js'
import { parseJsonPath } from './json-path.js'
import type { FindColumn, ResolveInput } from './resolve-input.js'
import type { Reference, StableReference } from './spec.js'
import type { JsonPlan, ReferencePlan, StableKey, Target } from './table-plan.js'

/** Columns of `references`, by name. */
export function resolveReferences(
  { spec, schema, catalogue, problem }: ResolveInput,
  table: Table,
  column: FindColumn,
): Map<string, ReferencePlan> {
  const plans = new Map<string, ReferencePlan>()
  for (const [name, declared] of Object.entries(spec.references ?? {})) {
    const reference = asReference(declared)
    const from = column(name, 'references')
    const target = resolveTarget({ catalogue, problem }, reference, `${spec.table}.${name}`)
    if (!from || !target) continue
    const stable = (kind: 'shared' | 'lookup'): StableKey | undefined =>
      resolveStableKey(reference[kind], name, target.table, table, problem)
    plans.set(name, {
      ...target,
      column: from,
      shared: stable('shared'),
      lookup: stable('lookup'),
      secondPass: spec.secondPass?.includes(name) ?? false,
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

/** Columns of `json`, by name. */
export function resolveJson(
  { spec, catalogue, problem }: ResolveInput,
  table: Table,
  column: FindColumn,
): Map<string, JsonPlan> {
  const plans = new Map<string, JsonPlan>()
  for (const [name, ids] of Object.entries(spec.json ?? {})) {
    const from = column(name, 'json')
    if (!from) continue
    if (!holdsDocuments(from.base)) problem(`column "${name}" of table "${spec.table}" is not json`)
    plans.set(name, {
      column: from,
      secondPass: spec.secondPass?.includes(name) ?? false,
      ids: ids.flatMap((id) => {
        const target = resolveTarget({ catalogue, problem }, id, `${spec.table}.${name}`)
        if (!target) return []
        const shared = resolveStableKey(id.shared, `${name}.${id.path}`, target.table, undefined, problem)
        const lookup = resolveStableKey(id.lookup, `${name}.${id.table}`, target.table, table, problem)
        return [{ ...target, shared, lookup, path: parseJsonPath(id.path), text: id.path }]
      }),
    })
  }
  return plans
}

function resolveTarget(
  { catalogue, problem }: Pick<ResolveInput, 'catalogue' | 'problem'>,
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

function resolveStableKey(
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
