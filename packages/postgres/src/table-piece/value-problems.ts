import type { Column, Table } from './catalogue.js'
import { columnFate } from './column-fate.js'
import { holdsDocuments } from './document-sql.js'
import { keyFamily } from './key-family.js'
import { isDecided, type ResolveInput, specOf } from './resolve-input.js'
import { roomFor } from './settle-unique.js'
import type { MatchedTable } from './table-plan.js'

/** References that would not follow values which an import changes or the database computes. */
export const valueProblems = (input: ResolveInput, plan: MatchedTable): readonly string[] => [
  ...uniqueProblems(input, plan),
  ...generatedProblems(input, plan),
]

function* uniqueProblems(input: ResolveInput, plan: MatchedTable): Iterable<string> {
  const { table, key, unique, references, polymorphic } = plan
  const holding = [...references, ...polymorphic].map(({ column }) => column.name)
  for (const { column, taken } of unique) {
    const what = `"unique" of "${table.name}"."${column.name}" cannot be "${taken}"`
    if (taken !== 'fail' && column === key) yield `${what}, because it is the key of its rows`
    else if (taken === 'suffix' && holding.includes(column.name)) yield `${what}, because it holds ids`
    else if (taken === 'suffix' && (roomFor(column) ?? 1) < 1)
      yield `${what}, because ${column.type} has no room for a suffix`
  }
  for (const { column, table: to, key: name, shared, lookup, of } of references) {
    const spec = specOf(input, to)
    if (!spec || shared || lookup || of !== undefined || input.spec.references?.[column.name] === undefined)
      continue
    const taken = spec.unique && Object.hasOwn(spec.unique, name) ? spec.unique[name] : 'fail'
    if (name !== spec.owner && (taken === 'suffix' || taken === 'null'))
      yield `"${table.name}"."${column.name}" leads to "${to.name}"."${name}", whose values change where they are taken`
  }
}

/** A generated column follows if what it is made of does. */
function* generatedProblems(input: ResolveInput, plan: MatchedTable): Iterable<string> {
  const { table } = plan
  for (const { columns, keys, schema, table: name } of table.foreignKeys) {
    const to = input.catalogue.get({ schema, name })
    for (const [at, from] of columns.entries()) {
      const column = table.columns.get(from)
      // A constant leads to the same row always.
      if (!column?.generated || column.madeOf.length === 0) continue
      const key = to?.columns.get(keys[at] ?? '')
      const stays = to && key && specOf(input, to) && columnFate(input, to, key) === 'same'
      if (stays && bases(table, column).every((base) => columnFate(input, table, base) === 'same')) continue
      const missing = missingBases(plan, column)
      if (missing.length === 0) continue
      const words = missing.map((base) => `"${base}"`).join(' and ')
      yield `generated column "${from}" of table "${table.name}" leads to "${name}", so ${words}, from which it is computed, must stand in "references", "json", "text", "set" or "ignore"`
    }
  }
}

const bases = ({ columns }: Table, { madeOf }: Column): readonly Column[] =>
  madeOf.flatMap((name) => columns.get(name) ?? [])

function missingBases(plan: MatchedTable, column: Column): readonly string[] {
  const { madeOf } = column
  const { table, spec, ownerColumn, key, references, containers, polymorphic } = plan
  const holding = new Set([...references, ...containers].map(({ column }) => column.name))
  const types = new Set(polymorphic.map(({ type }) => type.column.name))
  const leads = (name: string) =>
    holding.has(name) || name === ownerColumn?.name || isDecided(spec, name) || name === key?.name
  const open = bases(table, column)
    .filter((base) => keyFamily(base) !== undefined || base.element || holdsDocuments(base.base))
    .map(({ name }) => name)
    .filter((name) => !leads(name) && !types.has(name) && !spec.columns?.includes(name))
  if (open.length > 0) return open
  return madeOf.some(leads) ? [] : madeOf.filter((name) => !types.has(name))
}
