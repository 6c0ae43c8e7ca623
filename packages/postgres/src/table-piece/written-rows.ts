import type { Transaction } from '@piecework/core/piece'
import { quoteIdent } from '../database/quote-ident.js'
import type { Column } from './catalogue.js'
import type { TableFacts } from './facts/table-facts.js'
import type { TablePlan } from './table-plan.js'

/** The rows that a table is given, kept until they are compared with what its triggers and rules made of them. */
export interface WrittenRows {
  readonly plan: TablePlan
  /** Temporary table, as SQL; its columns are `c0`, `c1` … */
  readonly table: string
  readonly columns: readonly Column[]
}

/** Of the table itself. */
export const hasTriggers = ({ triggers, rules }: TableFacts): boolean =>
  triggers.length > 0 || rules.length > 0

/** Keeps the rows of `select`, whose values are those of `columns`. `index`: different in the transaction. */
export async function keepRows(
  tx: Transaction,
  plan: TablePlan,
  columns: readonly Column[],
  { sql, values }: { readonly sql: string; readonly values: readonly unknown[] },
  index: number,
): Promise<WrittenRows> {
  const table = `pg_temp.${quoteIdent(`piecework_written_${index}`)}`
  const definitions = columns.map(({ type }, at) => `c${at} ${type}`)
  await tx.query(`DROP TABLE IF EXISTS ${table}`)
  await tx.query(
    `CREATE TEMPORARY TABLE ${quoteIdent(`piecework_written_${index}`)} (${definitions.join(', ')}) ON COMMIT DROP`,
  )
  await tx.query(`INSERT INTO ${table} ${sql}`, values)
  return { plan, table, columns }
}
