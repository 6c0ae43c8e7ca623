import { PieceworkError, type Queryable } from '@piecework/core/piece'
import { textLiteral } from '../database/text-literal.js'
import type { RowSource } from './row-source.js'
import { type TypedRows, typeSql } from './row-type.js'
import type { TablePlan } from './table-plan.js'

/** Refuses rows whose polymorphic reference has a type that is not declared, unless such keys are kept. */
export async function refuseOtherTypes(
  tx: Queryable,
  plan: TablePlan,
  source: RowSource,
  { from }: Pick<TypedRows, 'from'>,
): Promise<void> {
  for (const { column, type: by, types, other } of plan.polymorphic) {
    const id = source.column(column.name)
    if (other === 'keep' || id === undefined) continue
    const { name } = by.column
    const type = typeSql(by, { column: (name) => source.column(name), from })
    const known = `coalesce(${type} IN (${types.map(textLiteral).join(', ')}), false)`
    const { rows } = await tx.query<{ count: string; found: string[] | null }>(
      `SELECT count(*)::text AS count, (array_agg(DISTINCT left(coalesce(${type}, 'NULL'), 100)))[1:5] AS found FROM ${source.from} WHERE ${source.where} AND ${id} IS NOT NULL AND NOT ${known}`,
    )
    const count = Number(rows[0]?.count ?? 0)
    if (count === 0) continue
    throw new PieceworkError(
      'table/type-unknown',
      `${count} ${count === 1 ? 'row has' : 'rows have'} in "${name}" of table "${plan.table.name}" a type to which "references" of "${column.name}" gives no table (${rows[0]?.found?.join(', ')}): name it in "tables", or let keys of other types stay by other: 'keep'.`,
      { facts: { table: plan.table.name, column: column.name, by: name, count } },
    )
  }
}
