import type { Queryable } from '@piecework/core/piece'
import { hostPathSql, ownPathSql } from '../database/search-path.js'

/**
 * Behind the FROM clause of a statement that writes rows: names of the statement are looked up before it runs,
 * on our search path; what its rows set off runs on the host's. Restored by `asOurselves`.
 */
export const asHostJoin = ` CROSS JOIN (SELECT ${hostPathSql} AS path OFFSET 0) AS as_host`

/** Statement: what is written next runs on the host's search path. For a COPY, whose names are qualified. */
export const asHost = `SELECT ${hostPathSql}`

/** Statement: names are looked up on our search path again. */
export const asOurselves = `SELECT ${ownPathSql}`

/** Runs a statement that writes rows, and goes back to our search path. */
export async function writeAsHost(
  tx: Queryable,
  { sql, values }: { readonly sql: string; readonly values?: readonly unknown[] },
): Promise<number> {
  const { rowCount } = await tx.query(sql, values)
  await tx.query(asOurselves)
  return rowCount
}
