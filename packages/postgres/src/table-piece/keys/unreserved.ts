import { isPieceworkError, PieceworkError, type Queryable } from '@piecework/core/piece'
import { ownKey } from '../key-target.js'
import { newKeySql } from '../new-key.js'
import type { Remap } from '../reference-value.js'
import type { RowSource } from '../row-source.js'
import type { TablePlan } from '../table-plan.js'

/** SQL condition: the row has no reserved key, because it was not there when the rows were counted. */
export function unreservedSql(plan: TablePlan, source: RowSource, remap: Remap): string {
  const key = plan.numbers.key && source.column(plan.numbers.key.column.name)
  if (key === undefined || plan.numbers.key === undefined) return 'false'
  return `${newKeySql(remap, ownKey(plan, plan.numbers.key.column), key)} IS NULL`
}

/** Throws `source-changed` for such a row. */
export async function refuseUnreserved(
  plan: TablePlan,
  source: RowSource,
  remap: Remap & { readonly tx: Queryable },
): Promise<void> {
  if (!plan.numbers.key) return
  const { rows } = await remap.tx.query<{ count: string }>(
    `SELECT count(*)::text AS count FROM ${source.from} WHERE ${source.where} AND ${unreservedSql(plan, source, remap)}`,
  )
  const count = Number(rows[0]?.count)
  if (count > 0) throw unreserved(plan, count)
}

/** Rows that were not there when keys were reserved. */
export function unreserved({ table: { name: table } }: TablePlan, count: number): PieceworkError {
  const rows = count === 1 ? '1 row' : `${count} rows`
  const message = `${rows} of "${table}" came to the source after its rows were counted.`
  return new PieceworkError('source-changed', message, { retryable: true, facts: { table, count } })
}

/** Whether the database refused a row for want of its key: it came in the same moment. */
export const lacksKey = (error: unknown, { numbers: { key } }: TablePlan): boolean =>
  key !== undefined &&
  isPieceworkError(error, 'database') &&
  error.facts.sqlState === '23502' &&
  error.facts.column === key.column.name

/** Rows that came or went while those of the table were copied. */
export function changedMeanwhile({ table: { name: table } }: TablePlan, more: number): PieceworkError {
  const count = Math.abs(more)
  const message = `${count === 1 ? '1 row' : `${count} rows`} of "${table}" ${more > 0 ? 'came to' : 'went from'} the source while it was copied.`
  return new PieceworkError('source-changed', message, { retryable: true, facts: { table, count } })
}
