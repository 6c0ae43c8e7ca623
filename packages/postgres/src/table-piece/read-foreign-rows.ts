import type { Queryable } from '@piecework/core/piece'
import { leavesOf, openSql } from './container-sql.js'
import { joinSql } from './joins.js'
import { keyOfText } from './new-key.js'
import { carriesTarget, newIdSql, oldIdSql, type Remap, referenceValue } from './reference-value.js'
import type { RowSource } from './row-source.js'
import type { TablePlan } from './table-plan.js'

type Leading = Pick<TablePlan, 'references' | 'containers'>

/** Reads, of foreign tables, the rows that a source leads to: by its old ids, which a clone may keep, and its new ones. */
export async function readForeignRows(
  tx: Queryable,
  { references, containers }: Leading,
  source: RowSource,
  remap: Remap,
): Promise<void> {
  const { from, where } = source
  const keeps = remap.from === 'database'
  for (const reference of references) {
    if (!reference.table.elsewhere) continue
    const old = `SELECT ${oldIdSql(reference, source, remap)} FROM ${from} WHERE ${where}`
    if (keeps) await remap.foreign.add(tx, reference, old, remap)
    if (keeps && !carriesTarget(reference, remap)) continue
    // After the old ones, of which it asks whether they are those of shared rows.
    const { sql, joins } = referenceValue(reference, source, remap, '0')
    await remap.foreign.add(
      tx,
      reference,
      `SELECT ${sql} FROM ${from}${joinSql(joins)} WHERE ${where}`,
      remap,
    )
  }
  for (const container of containers) {
    const value = source.column(container.column.name)
    if (value === undefined) continue
    for (const target of container.ids) {
      if (!target.table.elsewhere) continue
      const leaves = `${from} CROSS JOIN LATERAL ${leavesOf(container, target, openSql(container, value))} l`
      const old = keyOfText(target, 'l.id')
      if (keeps) await remap.foreign.add(tx, target, `SELECT ${old} FROM ${leaves} WHERE ${where}`, remap)
      if (!carriesTarget(target, remap)) continue
      const made = newIdSql(target, old, remap)
      await remap.foreign.add(tx, target, `SELECT ${made} FROM ${leaves} WHERE ${where}`, remap)
    }
  }
}
