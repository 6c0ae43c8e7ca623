import type { RemoveContext, ResourceRef, Transaction } from '@piecework/core/piece'
import { tableName } from '../joins.js'
import { ownedBy } from './owned-by.js'
import type { RemovableTable } from './removable-tables.js'

/** Tables with triggers or rules of the host that can keep rows from being deleted, as soft deletes do. */
export async function keepingTables(
  tx: Transaction,
  tables: readonly RemovableTable[],
): Promise<ReadonlySet<RemovableTable>> {
  if (tables.length === 0) return new Set()
  const { rows } = await tx.query<{ at: number }>(
    `SELECT t.at::int AS at FROM unnest($1::text[]) WITH ORDINALITY AS t(name, at)
     WHERE EXISTS (SELECT FROM pg_catalog.pg_trigger g WHERE g.tgrelid = t.name::regclass AND NOT g.tgisinternal
         AND g.tgenabled IN ('O', 'A') AND g.tgtype & 8 <> 0 AND g.tgtype & 66 <> 0)
       OR EXISTS (SELECT FROM pg_catalog.pg_rewrite w WHERE w.ev_class = t.name::regclass AND w.ev_type = '4'
         AND w.ev_enabled IN ('O', 'A'))`,
    [tables.map(({ table }) => tableName(table))],
  )
  const found = new Set(rows.map(({ at }) => at - 1))
  return new Set(tables.filter((_, index) => found.has(index)))
}

/** Tells how many rows are still there. */
export async function countKept(
  tx: Transaction,
  { table, ownerPath }: RemovableTable,
  resources: readonly ResourceRef[],
  finding: RemoveContext['finding'],
): Promise<void> {
  const { rows } = await tx.query<{ count: string }>(
    `SELECT count(*)::text AS count FROM ${tableName(table)} AS t WHERE ${ownedBy(ownerPath, resources, 't')}`,
  )
  const count = Number(rows[0]?.count ?? 0)
  if (count === 0) return
  const [what, are] = count === 1 ? ['row', 'is'] : ['rows', 'are']
  finding({
    severity: 'warning',
    code: 'table/rows-left',
    count,
    message: `${count} ${what} of table "${table.name}" that belonged to what was removed ${are} still there: a trigger or rule of the table keeps them from being deleted.`,
  })
}
