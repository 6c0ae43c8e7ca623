import { alternatives, isPolymorphic } from './as-reference.js'
import type { Column, ForeignKey, Table } from './catalogue.js'
import { compositeReferences } from './composite-references.js'
import { referenceHint } from './reference-hint.js'
import { type FindColumn, foreignTarget, type ResolveInput } from './resolve-input.js'
import { resolveStableKey, resolveTarget, targetOf } from './resolve-target.js'
import type { PolymorphicPlan, ReferencePlan, RowType } from './table-plan.js'

/** Columns of `references` that hold one id, and columns of foreign keys that travel as their targets do. */
export function resolveReferences(
  input: ResolveInput,
  table: Table,
  column: FindColumn,
): readonly ReferencePlan[] {
  const { spec } = input
  const plans: ReferencePlan[] = []
  for (const [name, declared] of Object.entries(spec.references ?? {})) {
    const from = column(name, 'references')
    const by = isPolymorphic(declared) ? column(declared.by, 'references') : undefined
    if (!from) continue
    if (from.element !== undefined) {
      if (alternatives(declared).some(({ reference }) => reference.none))
        input.problem(`"none" of "${spec.table}"."${name}" is for columns that hold one id`, { column: name })
      continue
    }
    for (const { reference, is } of alternatives(declared)) {
      const target = resolveTarget(input, reference, `${spec.table}.${name}`, { table, column: name })
      if (!target) continue
      if (is === undefined) refuseOtherTable(input, table, from, target)
      const label = is === undefined ? name : `${name}.${is}`
      const stable = (kind: 'shared' | 'lookup') =>
        resolveStableKey(input, reference[kind], target.table, label, undefined, table)
      plans.push({
        ...target,
        column: from,
        shared: stable('shared'),
        lookup: stable('lookup'),
        enforced: isEnforced(table, from, target),
        when: by && is !== undefined ? { type: rowType(input, table, by), is } : undefined,
        none: reference.none ?? [],
      })
    }
  }
  return [...plans, ...compositeReferences(input, table)]
}

/** A reference that leads elsewhere than the foreign key of its column would lead to no row. */
function refuseOtherTable(
  input: ResolveInput,
  table: Table,
  { name }: Column,
  target: Pick<ReferencePlan, 'name' | 'root' | 'table'>,
): void {
  const foreign = foreignTarget(input.catalogue, table, name)
  const keyColumn = foreign?.table.columns.get(foreign.key)
  const key = table.foreignKeys.find(({ columns }) => columns.length === 1 && columns[0] === name)
  if (!foreign || !keyColumn || !key || table.foreignKeys.some((one) => leadsTo(one, name, target.table)))
    return
  const meant = targetOf(input, foreign.table, keyColumn, undefined)
  if (meant.name === target.name && meant.root === target.root) return
  const [to, not] = [foreign.table, target.table].map((one) => `"${one.schema}"."${one.name}"`)
  input.problem(`"${table.name}"."${name}" leads by its foreign key to ${to}, not to ${not}`, {
    column: name,
    hint: referenceHint(name, key, table, input.catalogue),
  })
}

const leadsTo = (key: ForeignKey, column: string, { schema, name }: Table): boolean =>
  key.columns.length === 1 && key.columns[0] === column && key.schema === schema && key.table === name

function isEnforced(
  { foreignKeys }: Table,
  { name }: Column,
  target: Pick<ReferencePlan, 'table' | 'key'>,
): boolean {
  return foreignKeys.some(
    (key) =>
      !key.deferred &&
      key.schema === target.table.schema &&
      key.table === target.table.name &&
      key.columns.length === 1 &&
      key.columns[0] === name &&
      key.keys[0] === target.key,
  )
}

/** The type of a polymorphic reference: the column's text, or the stable key of the shared row that it leads to. */
function rowType(input: ResolveInput, table: Table, column: Column): RowType {
  const { references = {} } = input.spec
  const declared = Object.hasOwn(references, column.name) ? references[column.name] : undefined
  if (typeof declared !== 'object' || isPolymorphic(declared)) return { column, shared: undefined }
  // What is wrong with that reference is told where it is resolved itself.
  const silent = { ...input, problem: () => {} }
  const target = resolveTarget(silent, declared, column.name, { table, column: column.name })
  const stable =
    target && resolveStableKey(silent, declared.shared, target.table, column.name, undefined, table)
  return { column, shared: stable && { ...stable, table: target.table, key: target.key } }
}

export function resolvePolymorphic(
  input: ResolveInput,
  table: Table,
  column: FindColumn,
): readonly PolymorphicPlan[] {
  return Object.entries(input.spec.references ?? {}).flatMap(([name, declared]) => {
    if (!isPolymorphic(declared)) return []
    const from = column(name, 'references')
    const by = column(declared.by, 'references')
    if (!from || !by) return []
    const { tables, other = 'refuse' } = declared
    return [{ column: from, type: rowType(input, table, by), types: Object.keys(tables), other }]
  })
}
