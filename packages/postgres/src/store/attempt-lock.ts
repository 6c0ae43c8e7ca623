import { setTimeout as sleep } from 'node:timers/promises'
import type { Lease, Queryable } from '@piecework/core/store'
import { leaseLost, leaseOf } from './end-attempt.js'
import { lockKey } from './lock-key.js'

/** How long an ended backend may take to roll back. */
const patienceMs = 10_000

/**
 * Marks the transaction, and by that its backend, as the one that works on the node: PostgreSQL itself shows who holds the lock,
 * from the moment it is held until the backend is gone. Throws `lease-lost` where the lease was lost before.
 */
export async function holdAttempt(tx: Queryable, lease: Lease): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock($1::bigint)', [keyOf(lease.job.id, lease.node.id)])
  const { rowCount } = await tx.query(
    `SELECT FROM piecework.nodes WHERE job = $1 AND id = $2 AND fence = $3::bigint AND status = 'running'`,
    leaseOf(lease),
  )
  if (rowCount !== 1) throw leaseLost(lease)
}

/**
 * Ends the backend that still works on the node and takes its lock, so that it cannot come back before the new fence is
 * committed. False where it would not go.
 */
export async function endOtherBackend(tx: Queryable, job: string, node: string): Promise<boolean> {
  const key = keyOf(job, node)
  const deadline = Date.now() + patienceMs
  for (;;) {
    const { rows } = await tx.query<{ locked: string }>(
      'SELECT pg_try_advisory_xact_lock($1::bigint)::text AS locked',
      [key],
    )
    if (rows[0]?.locked === 'true') return true
    if (Date.now() > deadline) return false
    await tx.query(
      `SELECT pg_terminate_backend(pid) FROM pg_locks
       WHERE locktype = 'advisory' AND granted AND pid <> pg_backend_pid()
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
         AND objsubid = 1 AND (classid::bigint << 32) | objid::bigint = $1::bigint`,
      [key],
    )
    await sleep(20)
  }
}

/** Ends the backend of an attempt that was given up but still works, so that it holds nothing up. */
export async function endOwnBackend(tx: Queryable, lease: Lease): Promise<void> {
  // Who has the row cannot be taken over meanwhile; where the attempt itself has it, it is committing.
  const { rowCount } = await tx.query(
    `SELECT FROM piecework.nodes WHERE job = $1 AND id = $2 AND fence = $3::bigint AND status = 'running'
     FOR UPDATE SKIP LOCKED`,
    leaseOf(lease),
  )
  if (rowCount === 1) await endOtherBackend(tx, lease.job.id, lease.node.id)
}

const keyOf = (job: string, node: string): string => lockKey('attempt', job, node)
