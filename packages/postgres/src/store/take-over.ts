import type { Lease, Queryable } from '@piecework/core/store'
import { terminateOtherBackend } from './attempt-lock.js'
import type { JobCache } from './job-cache.js'
import type { LeaseHolder, TaskOfWorker } from './lease-holder.js'
import { mutableColumnsSql } from './mutable-columns-sql.js'
import { leasedNode } from './records.js'

/**
 * Condition for node `n` whose lease has lapsed: `$1` is the id of the store, `$2` whether the database is
 * embedded.
 */
export const lapsedSql = `n.status = 'running' AND (n.lease_until <= piecework.now() OR ($2::boolean AND n.store_id <> $1))`

interface TakenOver extends TaskOfWorker {
  /** Of the lease, for a node that writes in another database, where a higher one is committed. */
  readonly fence?: number | undefined
}

/**
 * Takes over a lease that has lapsed, after the backend that had it is gone. Undefined if that backend does
 * not exit, or if another worker is taking over or ending the node.
 */
export async function takeOver(
  tx: Queryable,
  cache: JobCache,
  { storeId, embedded, leaseMs }: LeaseHolder,
  { job: id, node, attempt, worker, fence }: TakenOver,
): Promise<Lease | undefined> {
  const found = await tx.query(
    `SELECT FROM piecework.nodes n JOIN piecework.jobs j ON j.id = n.job_id AND j.batch = n.batch
     WHERE n.job_id = $3 AND n.id = $4 AND n.attempt = $5::int AND ${lapsedSql}
       AND (n.database IS NULL OR n.fence = $6::bigint) FOR UPDATE OF n SKIP LOCKED`,
    [storeId, String(embedded), id, node, attempt, fence ?? null],
  )
  if (found.rowCount !== 1) return undefined
  if (!embedded && !(await terminateOtherBackend(tx, id, node))) return undefined
  const { rows } = await tx.query<{ node: string; mutable_columns: string }>(
    `UPDATE piecework.nodes n SET fence = fence + 1, crashes = crashes + 1, worker = $3, store_id = $4,
       lease_until = piecework.now() + $5::float8 * interval '1 millisecond',
       -- It said that another database is away, which has answered by now.
       error = CASE WHEN n.database IS NULL THEN n.error END,
       revision = n.revision + (n.database IS NOT NULL AND n.error IS NOT NULL)::int
     FROM piecework.jobs j WHERE j.id = n.job_id AND n.job_id = $1 AND n.id = $2
     RETURNING to_jsonb(n)::text AS node, ${mutableColumnsSql} AS mutable_columns`,
    [id, node, worker, storeId, leaseMs],
  )
  const [row] = rows
  if (!row) return undefined
  return { job: await cache.current(tx, id, row.mutable_columns), attempt, ...leasedNode(row.node) }
}
