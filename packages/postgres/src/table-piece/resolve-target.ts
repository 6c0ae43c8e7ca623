import { alternatives, isPolymorphic } from './as-reference.js'
import type { Column, Table } from './catalogue.js'
import { columnFate, foreignParts } from './column-fate.js'
import { isRoot } from './is-root.js'
import { keyFamily } from './key-family.js'
import { ownKeyColumn } from './keys/numbers.js'
import { ownedBy } from './owned-by.js'
import {
  foreignTarget,
  isDecided,
  keyOfReference,
  namedTable,
  type ResolveInput,
  specOf,
} from './resolve-input.js'
import { elsewhereHint } from './siblings.js'
import type { Reference, SharedReference } from './spec.js'
import { referencedName, tableKey } from './table-name.js'
import type { StableKey, Target } from './table-plan.js'

/** `from`: the column or path, for messages; `at`: the column. Undefined, and a problem, if it leads to no key. */
export function resolveTarget(
  input: ResolveInput,
  reference: Reference,
  from: string,
  at: { readonly table: Table; readonly column: string },
): Omit<Target, 'shared' | 'lookup'> | undefined {
  const { piece, schema, problem } = input
  const name = referencedName(reference.table, schema, piece.tables)
  const table = namedTable(input, reference.table, at.table, at.column)
  const key = keyOfReference(input, reference, table, at.table, at.column)
  const keyColumn = table?.columns.get(key)
  if (!table) {
    const where = name.schema === schema ? '' : ` of schema "${name.schema}"`
    problem(
      `"${from}" leads to table "${name.name}"${where}, which does not exist${elsewhereHint(piece, name.name)}`,
    )
  } else if (!keyColumn) {
    problem(`"${from}" leads to column "${key}", which "${table.name}" does not have`)
  } else if (!isKey(input, table, keyColumn, reference)) {
    problem(`"${from}" leads to "${table.name}"."${key}", which is not unique`)
  } else return targetOf(input, table, keyColumn, reference.of)
  return undefined
}

/** Ids that are part of a key may be referred to, because each becomes the same new id everywhere. */
function isKey(input: ResolveInput, table: Table, column: Column, { lookup }: Reference): boolean {
  const { name, base } = column
  // No constraint of a foreign table says so.
  if (table.unique.has(name) || table.elsewhere) return true
  if (lookup) return false
  if (base !== 'uuid') return isNumberedKey(input, table, column)
  return table.primaryKey.includes(name) || table.uniqueKeys.some(({ columns }) => columns.includes(name))
}

/** Of the piece's tables the declaration says it, too. */
function isNumberedKey(input: ResolveInput, table: Table, column: Column): boolean {
  const { sequences } = input
  if (!sequences || !table.primaryKey.includes(column.name)) return false
  if (specOf(input, table))
    return keyFamily(column) === 'integer' && columnFate(input, table, column) === 'ids'
  return ownKeyColumn(table, [...table.columns.values()], sequences, undefined) === column
}

export function targetOf(
  input: ResolveInput,
  table: Table,
  keyColumn: Column,
  of: string | undefined,
): Omit<Target, 'shared' | 'lookup'> {
  return {
    table,
    key: keyColumn.name,
    keyColumn,
    of,
    ownedBy: ownedBy(input, table),
    ...keySource(input, table, keyColumn.name),
  }
}

/**
 * Where the values of a key come from: a key that is itself a reference has the ids of the table that it leads
 * to, and a column that leads to the owner has the id of the resource.
 */
function keySource(
  input: ResolveInput,
  start: Table,
  column: string,
): { readonly name: string; readonly root: boolean } {
  let [table, key] = [start, column]
  const seen = new Set<string>()
  for (;;) {
    const name = keyNameOf(input, table)
    if (isRoot(input, table, key)) return { name, root: true }
    const id = JSON.stringify([name, key])
    const next = seen.has(id) ? undefined : nextKey(input, table, key)
    if (!next) return { name, root: false }
    seen.add(id)
    ;({ table, key } = next)
  }
}

/** A table of another piece has its schema: a piece may declare one of the same name in another schema. */
function keyNameOf(input: ResolveInput, table: Table): string {
  const name = tableKey(table)
  const isBare = table.schema === 'public' && !/[".]/.test(table.name)
  return isBare && !specOf(input, table) ? `public.${name}` : name
}

function nextKey(input: ResolveInput, table: Table, key: string) {
  const { catalogue } = input
  const spec = specOf(input, table)
  if (spec && isDecided(spec, key)) return undefined
  const declared = spec?.references?.[key]
  if (declared === undefined) return foreignTarget(catalogue, table, key) ?? partTarget(input, table, key)
  if (isPolymorphic(declared)) return undefined
  const [{ reference } = { reference: undefined }] = alternatives(declared)
  const next = reference && namedTable(input, reference.table, table, key)
  return next && { table: next, key: keyOfReference(input, reference, next, table, key) }
}

function partTarget(input: ResolveInput, table: Table, name: string) {
  const part = foreignParts(input, table).find(
    ({ column, to, key }) => column.name === name && columnFate(input, to, key) === 'ids',
  )
  return part && { table: part.to, key: part.key.name }
}

/** `label`: the column, for headers; `table`: the one whose file has the headers. */
export function resolveStableKey(
  { problem }: ResolveInput,
  stable: SharedReference | undefined,
  target: Table,
  label: string,
  headers: readonly string[] | undefined,
  table: Table,
): StableKey | undefined {
  if (!stable) return undefined
  if (target.elsewhere && stable.missing === 'create')
    problem(`"${label}" leads to "${target.name}" of another database, where "missing" cannot make rows`)
  const names = headers ?? stable.by.map((name) => `${label}.${name}`)
  for (const header of names) {
    if (table.columns.has(header))
      problem(`table "${table.name}" has a column of its own that is named "${header}"`)
    if (Buffer.byteLength(header) > 63) problem(`"${header}" is too long to be the name of a column`)
  }
  const columns = stable.by.flatMap((name) => {
    const column = target.columns.get(name)
    if (!column) problem(`"${label}" has the stable key "${name}", which "${target.name}" does not have`)
    return column ?? []
  })
  return columns.length === stable.by.length ? { ...stable, headers: names, columns } : undefined
}
