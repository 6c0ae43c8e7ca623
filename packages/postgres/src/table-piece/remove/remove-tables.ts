import type { RemoveContext, ResourceRef, Transaction } from '@piecework/core/piece'
import { quoteIdent } from '../../database/quote-ident.js'
import { asHost, asOurselves } from '../as-host.js'
import { tableName } from '../joins.js'
import { isNamed, isSameTable, type TableName } from '../table-name.js'
import { countKept, keepingTables } from './kept-rows.js'
import { ownedBy } from './owned-by.js'
import {
  goesWithItsOwner,
  isShared,
  type RemovableSpec,
  type RemovableTable,
  removableTables,
} from './removable-tables.js'

/**
 * Deletes the rows that lead to the resources by their declared owner: the tables that were filled last
 * first. Tables that certainly go with the kind's own table are left to it.
 */
export async function removeTables(
  piece: RemovableSpec,
  { tx, resources, table: root, tablesAbove, finding }: RemoveContext,
): Promise<void> {
  if (resources.length === 0) return
  const tables = await removableTables(tx, piece, resources)
  const clearing = tables.flatMap((own) => (own.ownRow ? (letGo(own, resources, tablesAbove) ?? []) : []))
  const deleted: RemovableTable[] = []
  for (const table of tables) {
    // Only a trigger can have written there.
    if (piece.exportOnly && !(await mayDelete(tx, table))) continue
    const goes = table.ownRow ? !(await standsAlone(tx, table, root)) : goesWithItsOwner(table, root)
    if (!goes) deleted.push(table)
  }
  if (clearing.length + deleted.length === 0) return
  const keeping = await keepingTables(tx, deleted)
  // All names in the statements are qualified.
  await tx.query(asHost)
  for (const sql of clearing) await tx.query(sql)
  for (const group of deletionGroups(deleted)) {
    await tx.query(deletion(group, resources))
    for (const table of group) if (keeping.has(table)) await countKept(tx, table, resources, finding)
  }
  await tx.query(asOurselves)
}

/** A resource's own row must not keep others from being deleted: it goes last, with the shell. */
function letGo(
  { spec, table, ownerPath }: RemovableTable,
  resources: readonly ResourceRef[],
  tablesAbove: readonly string[],
): string | undefined {
  const holding = table.foreignKeys.flatMap(({ columns, onDelete, schema, table: to }) => {
    const [name = ''] = columns
    const isAbove = tablesAbove.some((above) => isNamed({ schema, name: to }, above))
    const clearable = columns.length === 1 && table.columns.get(name)?.notNull === false
    const leads = spec.references?.[name] !== undefined && !isShared(spec, name) && !isAbove
    return onDelete === 'refuse' && clearable && leads ? [quoteIdent(name)] : []
  })
  if (holding.length === 0) return undefined
  const owned = ownedBy(ownerPath, resources, 't')
  const sets = holding.map((column) => `${column} = NULL`).join(', ')
  const some = holding.map((column) => `t.${column} IS NOT NULL`).join(' OR ')
  return `UPDATE ${tableName(table)} AS t SET ${sets} WHERE ${owned} AND (${some})`
}

/** A table of one row for each resource that no foreign key ties to the kind's own table. */
async function standsAlone(tx: Transaction, { table }: RemovableTable, root: string): Promise<boolean> {
  if (isNamed(table, root)) return false
  const { rows } = await tx.query<{ alone: boolean }>(
    `SELECT NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k
       WHERE k.confrelid = $1::text::regclass AND k.contype = 'f') AS alone`,
    [tableName(table)],
  )
  return rows[0]?.alone === true
}

async function mayDelete(tx: Transaction, { table }: RemovableTable): Promise<boolean> {
  const { rows } = await tx.query<{ may: boolean }>(
    `SELECT pg_catalog.has_table_privilege($1::text, 'DELETE') AS may`,
    [tableName(table)],
  )
  return rows[0]?.may === true
}

/**
 * Tables in the order of their deletion, each before those that it refers to. Tables that refer to each other
 * in a circle, with all between them, go in one statement: foreign keys are checked at its end.
 */
function deletionGroups(tables: readonly RemovableTable[]): readonly (readonly RemovableTable[])[] {
  const groups: { first: number; last: number }[] = []
  for (const [index, table] of tables.entries()) {
    const last = Math.max(index, ...tables.map((other, at) => (refersTo(table, other) ? at : index)))
    groups.push({ first: index, last })
    for (let before = groups.at(-2); before && before.last >= index; before = groups.at(-2)) {
      groups.pop()
      before.last = Math.max(before.last, last)
    }
  }
  return groups.reverse().map(({ first, last }) => tables.slice(first, last + 1).reverse())
}

function refersTo({ table, ownerPath }: RemovableTable, other: RemovableTable): boolean {
  const isOther = (name: TableName): boolean => isSameTable(name, other.table) && other.table !== table
  return (
    table.foreignKeys.some((key) => isOther({ schema: key.schema, name: key.table })) ||
    ownerPath.some(({ to }) => to !== undefined && isOther(to.table))
  )
}

function deletion(group: readonly RemovableTable[], resources: readonly ResourceRef[]): string {
  const statements = group.map(
    ({ table, ownerPath }) =>
      `DELETE FROM ${tableName(table)} AS t WHERE ${ownedBy(ownerPath, resources, 't')}`,
  )
  const last = statements.pop() ?? ''
  if (statements.length === 0) return last
  return `WITH ${statements.map((sql, index) => `d${index} AS (${sql})`).join(', ')} ${last}`
}
