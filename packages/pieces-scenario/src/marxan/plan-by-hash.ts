import type { Queryable } from '@piecework/core/piece'

/**
 * For statements of this transaction that read whole tables. Tables that an import has just filled have no
 * statistics: taking them for small, PostgreSQL would look through all rows of one for each row of the other.
 */
export async function planByHash(tx: Queryable): Promise<void> {
  await tx.query(`SELECT set_config('enable_nestloop', 'off', true)`)
}
