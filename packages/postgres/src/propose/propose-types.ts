import type { Column, Table } from '../table-piece/catalogue.js'
import { snakeCase } from '../table-piece/facts/looks-secret.js'
import { typeBeside } from '../table-piece/facts/type-beside.js'
import { keyFamily } from '../table-piece/key-family.js'
import type { PolymorphicReference, Reference } from '../table-piece/spec.js'
import { writtenName } from '../table-piece/table-name.js'
import { namesOfRow } from './likely-keys.js'
import type { Ask, Below } from './proposal.js'

/**
 * Keys whose table is said by a row of types (content types), where types are called like tables below the root. `ids`: columns that
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
    if (by === undefined || !to || typeof led !== 'object' || !led.shared) continue
    if (types.filter((type) => type === by).length > 1) continue
    const tables = await tablesOf(below, table, column, to, led.shared.by)
    if (Object.keys(tables).length === 0) continue
    found.set(column.name, { by, tables })
    ask(
      `is it the key of a row of the table that "${by}" says? A job that finds another type than these is refused.`,
      column.name,
    )
  }
  return found
}

/** Tables below the root by the stable key of a type that is called like them. */
async function tablesOf(
  below: Below,
  table: Table,
  column: Column,
  types: Table,
  by: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const fitting = [...below.owned.keys()].filter((to) => fits(column, to))
  const rows = await below.someRows(types, by)
  const named = rows.flatMap((parts) => {
    const name = snakeCase(parts.join('_'))
    const to = fitting.filter((one) => namesOfRow(one).includes(name))
    // A type of several words with a dot in one of them has no name of its own.
    const isClear = parts.length === 1 || parts.every((part) => !part.includes('.'))
    return to.length === 1 && to[0] && isClear ? [[parts.join('.'), writtenName(to[0], table.schema)]] : []
  })
  return Object.fromEntries(named)
}

function fits(column: Column, { primaryKey: [key = '', ...more], columns }: Table): boolean {
  const target = columns.get(key)
  return more.length === 0 && target !== undefined && keyFamily(target) === keyFamily(column)
}
