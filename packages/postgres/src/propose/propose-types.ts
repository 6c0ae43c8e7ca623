import type { Column, Table } from '../table-piece/catalogue.js'
import { namesOfRow } from '../table-piece/facts/likely-keys.js'
import { snakeCase } from '../table-piece/facts/looks-secret.js'
import { typeBeside } from '../table-piece/facts/type-beside.js'
import { keyFamily } from '../table-piece/key-family.js'
import type { PolymorphicReference, Reference } from '../table-piece/spec.js'
import { writtenName } from '../table-piece/table-name.js'
import type { Ask, Below } from './proposal.js'

const textual = /^(?:text|varchar|bpchar)$/

/**
 * Keys whose table is said by a word, or by a row of types (content types), where types are called like tables below the root. `ids`: columns that
 * may be such keys; of two with one type it is not known which is.
 */
export async function proposeTypes(
  below: Below,
  table: Table,
  ids: readonly Column[],
  references: ReadonlyMap<string, string | Reference>,
  ask: Ask,
): Promise<ReadonlyMap<string, PolymorphicReference>> {
  const found = new Map<string, PolymorphicReference>()
  const types = ids.map((column) => typeBeside(table, column))
  for (const [at, column] of ids.entries()) {
    const by = types[at]
    const led = by === undefined ? undefined : references.get(by)
    const foreign = table.foreignKeys.find(({ columns }) => columns.length === 1 && columns[0] === by)
    const to = foreign && below.reading.catalogue.get({ schema: foreign.schema, name: foreign.table })
    if (by === undefined || types.filter((type) => type === by).length > 1) continue
    const isWord = !foreign && textual.test(table.columns.get(by)?.base ?? '')
    const isRow = to && typeof led === 'object' && led.shared
    if (!isWord && !isRow) continue
    const rows = isRow
      ? await below.someRows(to, led.shared?.by ?? [])
      : await below.differentRows(table, [by])
    const tables = tablesOf(below, table, column, rows)
    if (Object.keys(tables).length === 0) continue
    found.set(column.name, { by, tables })
    const others = isWord && rows.length > Object.keys(tables).length
    ask(
      `is it the key of a row of the table that "${by}" says? A job that finds another type than these is refused${others ? ", and the first rows have others: name their tables, or let their keys travel as they are by other: 'keep'" : ''}.`,
      column.name,
      others ? { mustAnswer: true } : undefined,
    )
  }
  return found
}

/** Tables below the root by the stable key of a type that is called like them. */
function tablesOf(
  below: Below,
  table: Table,
  column: Column,
  rows: readonly (readonly string[])[],
): Readonly<Record<string, string>> {
  const fitting = [...below.owned.keys()].filter((to) => fits(column, to, table))
  const named = rows.flatMap((parts) => {
    // `App\\Models\\Page` is called like its last word.
    const name = snakeCase(parts.map((part) => part.split(/[\\/:]/).at(-1) ?? '').join('_'))
    const to = fitting.filter((one) => namesOfRow(one).includes(name))
    // A type of several words with a dot in one of them has no name of its own.
    const isClear = parts.length === 1 || parts.every((part) => !part.includes('.'))
    return to.length === 1 && to[0] && isClear ? [[parts.join('.'), writtenName(to[0], table.schema)]] : []
  })
  return Object.fromEntries(named)
}

function fits(column: Column, to: Table, from: Table): boolean {
  const [key = '', ...more] = to.primaryKey
  const target = to.columns.get(key)
  if (more.length > 0 || !target) return false
  const family = keyFamily(column)
  return family !== undefined && (keyFamily(target) === family || (family === 'text' && to !== from))
}
