import type { Lease, Queryable, Task } from '@piecework/core/store'
import { endOtherBackend } from './attempt-lock.js'
import type { JobCache } from './job-cache.js'
import { leasedNode } from './records.js'

/** Who begins: `$1` and `$2` of what asks for lapsed leases. */
export interface LeaseHolder {
  /** Of the store object: where nobody else can be, a lease of another one has lapsed. */
  readonly store: string
  readonly embedded: boolean
  readonly leaseMs: number
}

export interface AskedTask extends Task {
  readonly worker: string
}

/** A lease that nobody keeps: `$1` is the store's id, `$2` whether the database is embedded. */
export const lapsed = `n.status = 'running' AND (n.lease_until <= clock_timestamp() OR ($2::boolean AND n.store <> $1))`

/** Ends the backend of the one before first. Undefined where it would not go, or somebody else is at it. */
export async function takeOver(
  tx: Queryable,
  known: JobCache,
  { store, embedded, leaseMs }: LeaseHolder,
  { job: id, node, attempt, worker }: AskedTask,
): Promise<Lease | undefined> {
  const found = await tx.query(
    `SELECT FROM piecework.nodes n JOIN piecework.jobs j ON j.id = n.job AND j.batch = n.batch
     WHERE n.job = $3 AND n.id = $4 AND n.attempt = $5::int AND ${lapsed} FOR UPDATE OF n SKIP LOCKED`,
    [store, String(embedded), id, node, attempt],
  )
  if (found.rowCount !== 1) return undefined
  if (!embedded && !(await endOtherBackend(tx, id, node))) return undefined
  const { rows } = await tx.query<{ node: string; changing: string }>(
    `UPDATE piecework.nodes n SET fence = fence + 1, crashes = crashes + 1, worker = $3, store = $4,
       lease_until = clock_timestamp() + $5::float8 * interval '1 millisecond'
     FROM piecework.jobs j WHERE j.id = n.job AND n.job = $1 AND n.id = $2
     RETURNING to_jsonb(n)::text AS node,
       piecework.changing(j.status, j.outcome, j.error, j.batch, j.result, j.changes, j.throttled, j.stopped) AS changing`,
    [id, node, worker, store, leaseMs],
  )
  const [row] = rows
  if (!row) return undefined
  return { job: known.now(await known.get(tx, id), row.changing), attempt, ...leasedNode(row.node) }
}
