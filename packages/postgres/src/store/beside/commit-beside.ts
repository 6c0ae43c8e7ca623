import type { Database, Lease, Transaction } from '@piecework/core/store'
import { attemptKey } from '../attempt-lock.js'
import { isHeld, leaseLost } from '../lease.js'

interface Deps {
  readonly database: Database
  readonly control: Database
}

/**
 * Runs `work` in a transaction of a database that the store is not in, and commits what it resolves to, as JSON, with
 * its rows: once for all attempts at the node. A later one gets what was committed. Throws `lease-lost`.
 *
 * A worker that takes over commits a higher fence here first, and needs the lock for it: with the lock, an attempt that finds
 * none may commit. What is known of the node is dropped with the end of its job: so it must be there, and the store is
 * asked once it is. Nothing waits for the store's connections while it holds one of this database: others hold those of
 * the store, and wait for one of this.
 */
export async function commitBeside<T>(
  { database, control }: Deps,
  lease: Lease,
  work: (tx: Transaction) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const { job, node, fence } = lease
  const key = [job.id, node.id]
  await database.query(
    `INSERT INTO piecework.attempts (job_id, node_id, fence) VALUES ($1, $2, $3::bigint)
     ON CONFLICT (job_id, node_id) DO NOTHING`,
    [...key, fence],
  )
  if (!(await isHeld(control, lease))) throw leaseLost(lease)
  const once = async (tx: Transaction): Promise<T> => {
    await tx.query(`SELECT pg_advisory_xact_lock($1::bigint), set_config('piecework.holder', $2, true)`, [
      attemptKey(job.id, node.id),
      job.id,
    ])
    // A statement of its own, which sees what the one before has waited for.
    const { rows } = await tx.query<{ fence: string; result: string | null }>(
      'SELECT fence::text AS fence, result FROM piecework.attempts WHERE job_id = $1 AND node_id = $2',
      key,
    )
    const [known] = rows
    if (!known || BigInt(known.fence) > BigInt(fence)) throw leaseLost(lease)
    if (known.result !== null) return JSON.parse(known.result) as T
    const result = await work(tx)
    signal?.throwIfAborted()
    await tx.query(
      `UPDATE piecework.attempts SET fence = $3::bigint, result = $4 WHERE job_id = $1 AND node_id = $2`,
      [...key, fence, JSON.stringify(result)],
    )
    return result
  }
  return database.transaction(once, signal ? { signal } : {})
}
