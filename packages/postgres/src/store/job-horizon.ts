import type { Queryable } from '@piecework/core/store'

/**
 * The oldest transaction that was under way when the job was created (xid8); undefined if the job is not in this
 * database.
 */
export async function jobHorizon(db: Queryable, job: string): Promise<string | undefined> {
  const { rows: store } = await db.query<{ found: boolean }>(
    `SELECT to_regclass('piecework.jobs') IS NOT NULL AS found`,
  )
  if (!store[0]?.found) return undefined
  const sql = 'SELECT horizon::text AS horizon FROM piecework.jobs WHERE id = $1'
  const { rows } = await db.query<{ horizon: string }>(sql, [job])
  return rows[0]?.horizon
}
