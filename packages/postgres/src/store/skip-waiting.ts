import type { Job, Queryable } from '@piecework/core'

/** Nodes of the current batch that wait are skipped. Tells how many of it run. */
export async function skipWaiting(tx: Queryable, { id, batch }: Job): Promise<number> {
  await tx.query(
    `UPDATE piecework.nodes SET status = 'skipped', ended_at = clock_timestamp()
     WHERE job = $1 AND batch = $2 AND status = 'waiting'`,
    [id, batch],
  )
  const { rows } = await tx.query<{ remaining: number }>(
    `UPDATE piecework.batches b SET remaining =
       (SELECT count(*) FROM piecework.nodes n WHERE n.job = b.job AND n.batch = b.batch AND n.status = 'running')
     WHERE job = $1 AND batch = $2 RETURNING remaining`,
    [id, batch],
  )
  return rows[0]?.remaining ?? 0
}
