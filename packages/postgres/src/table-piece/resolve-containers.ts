import { asReference, isPolymorphic } from './as-reference.js'
import type { Column, Table } from './catalogue.js'
import { holdsDocuments } from './document-sql.js'
import { parseJsonPath } from './json-path.js'
import { isKeyBeside } from './keys/numbers.js'
import { overlapping, patternsOverlap } from './overlaps.js'
import { type FindColumn, type ResolveInput, specOf } from './resolve-input.js'
import { resolveStableKey, resolveTarget } from './resolve-target.js'
import type { Reference } from './spec.js'
import type { ContainedTarget, ContainerPlan } from './table-plan.js'

/** Columns of `json` and `text`, and arrays of `references`. */
export function resolveContainers(
  input: ResolveInput,
  table: Table,
  column: FindColumn,
): readonly ContainerPlan[] {
  const { spec, problem } = input
  const containers: ContainerPlan[] = []
  const contained = (from: Column, reference: Reference, text: string, more: Partial<ContainedTarget>) => {
    const target = resolveTarget(input, reference, `${spec.table}.${from.name}`, {
      table,
      column: from.name,
    })
    if (!target) return []
    const carried = !reference.shared && reference.of === undefined && !target.root
    const { sequences } = input
    const beside =
      sequences && isKeyBeside(target.table, target.key, sequences, specOf(input, target.table)?.key)
    // No constraint of a foreign table says which is its key.
    const isKey = target.table.elsewhere || target.table.primaryKey.includes(target.key)
    if (carried && !beside && !isKey) {
      problem(
        `ids in "${from.name}" of table "${spec.table}" lead to "${target.table.name}"."${target.key}", which is not the key of its rows`,
      )
      return []
    }
    // Shared rows stand in the place of ids, so only pairs of other rows need a column.
    const shared = resolveStableKey(input, reference.shared, target.table, from.name, [], table)
    const header = [from.name, reference.table, ...(reference.lookup?.by ?? [])].join('.')
    const lookup = resolveStableKey(input, reference.lookup, target.table, from.name, [header], table)
    return [{ ...target, shared, lookup, path: [], pattern: '', anyCase: false, text, ...more }]
  }
  for (const [name, declared] of Object.entries(spec.references ?? {})) {
    const from = table.columns.get(name)
    if (!from || from.element === undefined) continue
    if (isPolymorphic(declared)) {
      problem(`"${name}" of table "${spec.table}" is an array and cannot lead to several tables`)
      continue
    }
    const ids = contained(from, asReference(declared), '', {})
    containers.push({ column: from, form: 'array', ids })
  }
  for (const [name, ids] of Object.entries(spec.json ?? {})) {
    const from = column(name, 'json')
    if (!from) continue
    if (!holdsDocuments(from.base)) problem(`column "${name}" of table "${spec.table}" is not json`)
    const targets = ids.flatMap((id) => contained(from, id, id.path, { path: parseJsonPath(id.path) }))
    if (/json$/.test(from.base) && targets.some(({ path }) => path.at(-1) === 'names'))
      problem(`names of members can be ids in jsonb only, and "${name}" of table "${spec.table}" is json`)
    containers.push({ column: from, form: 'json', ids: targets })
  }
  for (const [name, ids] of Object.entries(spec.text ?? {})) {
    const from = column(name, 'text')
    if (!from) continue
    if (!/^(text|varchar|bpchar|citext)$/.test(from.base))
      problem(`column "${name}" of table "${spec.table}" is not text`)
    const anyCase = from.base === 'citext'
    const targets = ids.flatMap((id) => contained(from, id, id.pattern, { pattern: id.pattern, anyCase }))
    if (anyCase && overlapping(targets, (a, b) => patternsOverlap(lower(a), lower(b))))
      problem(`two patterns of "${name}" of table "${spec.table}" may find the same id, for it is citext`)
    containers.push({ column: from, form: 'text', ids: targets })
  }
  return containers
}

const lower = ({ pattern }: ContainedTarget): string => pattern.toLowerCase()
