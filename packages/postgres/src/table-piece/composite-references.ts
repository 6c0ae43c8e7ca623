import { alternatives } from './as-reference.js'
import type { ForeignKey, Table } from './catalogue.js'
import { columnFate, type ForeignPart, foreignParts } from './column-fate.js'
import {
  foreignTarget,
  isDecided,
  keyOfReference,
  namedTable,
  type ResolveInput,
  specOf,
} from './resolve-input.js'
import { targetOf } from './resolve-target.js'
import type { ReferencePlan } from './table-plan.js'

/**
 * References of columns that are declared nowhere and are part of a foreign key of several columns: each
 * travels as the column that it leads to.
 */
export function compositeReferences(input: ResolveInput, table: Table): readonly ReferencePlan[] {
  const found = new Map<string, ReferencePlan>()
  for (const { column, to, key } of undeclaredParts(input, table)) {
    if (found.has(column.name) || columnFate(input, to, key) !== 'ids') continue
    const target = targetOf(input, to, key, undefined)
    found.set(column.name, {
      ...target,
      column,
      shared: undefined,
      lookup: undefined,
      enforced: false,
      when: undefined,
      none: [],
    })
  }
  return [...found.values()]
}

/**
 * Columns that are part of a foreign key of several columns and travel as they are; `partProblems` names those
 * that must not.
 */
export const naturalParts = (input: ResolveInput, table: Table): ReadonlySet<string> =>
  new Set(
    undeclaredParts(input, table)
      .filter(({ to, key }) => columnFate(input, to, key) !== 'ids')
      .map(({ column }) => column.name),
  )

/** Parts of foreign keys that would keep values which their targets do not keep. */
export function partProblems(input: ResolveInput, table: Table): readonly string[] {
  const { spec } = input
  return undeclaredParts(input, table).flatMap(({ column, to, key, foreign }) => {
    const fate = columnFate(input, to, key)
    if (typeof fate === 'string') return []
    const elsewhere = !specOf(input, to)
    if (elsewhere && (spec.columns?.includes(column.name) || isFound(input, table, to, foreign))) return []
    const also = elsewhere ? ', or in "columns" if its values stay the same' : ''
    return `column "${column.name}" of table "${table.name}" leads to "${to.name}" and must stand in "references", "set" or "ignore"${also}, because "${to.name}"."${key.name}" ${fate.why}`
  })
}

/**
 * Another column of the foreign key is declared and finds the row by itself, or among shared rows: then the
 * database refuses another value of this one.
 */
function isFound(input: ResolveInput, table: Table, to: Table, foreign: ForeignKey): boolean {
  const { references = {} } = input.spec
  return foreign.columns.some((column, at) => {
    const declared = Object.hasOwn(references, column) ? references[column] : undefined
    return (
      declared !== undefined &&
      alternatives(declared).every(({ reference }) => {
        if (namedTable(input, reference.table, table, column) !== to) return false
        const key = keyOfReference(input, reference, to, table, column)
        return reference.shared !== undefined || (key === foreign.keys[at] && to.unique.has(key))
      })
    )
  })
}

function undeclaredParts(input: ResolveInput, table: Table): readonly ForeignPart[] {
  const { spec, catalogue } = input
  const { references = {}, json = {}, text = {}, owner } = spec
  return foreignParts(input, table).filter(
    ({ column: { name, generated } }) =>
      !generated &&
      ![references, json, text].some((by) => Object.hasOwn(by, name)) &&
      owner.split('.')[0] !== name &&
      !isDecided(spec, name) &&
      !foreignTarget(catalogue, table, name),
  )
}
