import type { Queryable } from '@piecework/core/piece'

/**
 * A temporary table of runs: numbers without a gap, from `first` on, of which the first has the place `at` among all,
 * counted from 0.
 */
export async function createRuns(tx: Queryable, table: string): Promise<void> {
  await tx.query(`DROP TABLE IF EXISTS ${table}`)
  await tx.query(
    `CREATE TEMPORARY TABLE ${table.replace('pg_temp.', '')} (first bigint PRIMARY KEY, length bigint, at bigint) ON COMMIT DROP`,
  )
}
