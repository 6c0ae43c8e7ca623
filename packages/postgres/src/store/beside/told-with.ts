import type { Database, Lease, Queryable } from '@piecework/core/store'
import { copyToStore } from './copied-keys.js'

/** Whether an attempt has left more in another database than its result. */
export async function hasMore(database: Database, { job, node }: Lease): Promise<boolean> {
  const { rows } = await database.query<{ more: boolean }>(
    `SELECT EXISTS (SELECT FROM piecework.summaries WHERE job_id = $1 AND node_id = $2)
       OR EXISTS (SELECT FROM piecework.replaced_values WHERE job_id = $1 AND node_id = $2)
       OR EXISTS (SELECT FROM piecework.key_ranges WHERE job_id = $1 AND node_id = $2) AS more`,
    [job.id, node.id],
  )
  return rows[0]?.more === true
}

/** Copies it into the transaction in which the store learns the result: the summary, and page by page what may be long. */
export async function copyMore(database: Database, lease: Lease, tx: Queryable): Promise<void> {
  const { job, node } = lease
  const key = [job.id, node.id]
  await copyToStore(database, lease, tx)
  const { rows } = await database.query<{ summary: string }>(
    'SELECT summary FROM piecework.summaries WHERE job_id = $1 AND node_id = $2',
    key,
  )
  for (const { summary } of rows)
    await tx.query('INSERT INTO piecework.summaries (job_id, node_id, summary) VALUES ($1, $2, $3)', [
      ...key,
      summary,
    ])
  let last = '0'
  for (;;) {
    const next = await database.query<{ id: string; page: string }>(
      `SELECT r.id::text AS id, r.page FROM piecework.replaced_values r
       WHERE r.job_id = $1 AND r.node_id = $2 AND r.id > $3::bigint ORDER BY r.id LIMIT 1`,
      [...key, last],
    )
    const [row] = next.rows
    if (!row) return
    await tx.query('INSERT INTO piecework.replaced_values (job_id, node_id, page) VALUES ($1, $2, $3)', [
      ...key,
      row.page,
    ])
    last = row.id
  }
}
