import { setTimeout as sleep } from 'node:timers/promises'
import type { Lease, Queryable } from '@piecework/core/store'
import { textLiteral } from '../database/text-literal.js'
import { defaults } from '../defaults.js'
import { leaseKey } from './lease.js'
import { lockKey } from './lock-key.js'

/**
 * Marks the transaction, and by that its backend, as the one that works on the node: pg_locks shows which backend holds
 * the lock, from the moment it is held until the backend is gone. A row is the lease.
 */
export function lockAttemptSql({ job, node, fence }: Lease): string {
  const [id, name] = [job.id, node.id].map(textLiteral)
  const key = `'${attemptKey(job.id, node.id)}'::bigint`
  return `SELECT FROM piecework.lock_attempt(${key}, ${id}, ${name}, ${node.batch}, ${fence}) AS held WHERE held`
}

/**
 * Terminates the backend that still works on the node and takes its lock, so that it cannot come back before
 * the new fence is committed. False if it does not exit in time. `isNeedless`: whether it is another one that works by now;
 * then nothing more is done, and the lock is not taken.
 */
export const terminateOtherBackend = (
  tx: Queryable,
  job: string,
  node: string,
  isNeedless?: () => Promise<boolean>,
): Promise<boolean> => terminateHolder(tx, attemptKey(job, node), isNeedless)

/** The same of the backend that holds the advisory lock. */
export async function terminateHolder(
  tx: Queryable,
  key: string,
  isNeedless: () => Promise<boolean> = async () => false,
): Promise<boolean> {
  const deadline = Date.now() + defaults.backendExitTimeoutMs
  for (;;) {
    const { rows } = await tx.query<{ locked: string }>(
      'SELECT pg_try_advisory_xact_lock($1::bigint)::text AS locked',
      [key],
    )
    if (rows[0]?.locked === 'true' || (await isNeedless())) return true
    if (Date.now() > deadline) return false
    await tx.query(
      `SELECT pg_terminate_backend(pid) FROM pg_locks
       WHERE locktype = 'advisory' AND granted AND pid <> pg_backend_pid()
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
         AND objsubid = 1 AND (classid::bigint << 32) | objid::bigint = $1::bigint`,
      [key],
    )
    await sleep(defaults.backendExitPollMs)
  }
}

/** Terminates the backend of an attempt that was abandoned but still works, so that its locks do not stay. */
export async function terminateAbandonedBackend(tx: Queryable, lease: Lease): Promise<void> {
  // With the row locked, no other worker takes the node over meanwhile. If the attempt itself has the row, it
  // is committing.
  const { rowCount } = await tx.query(
    `SELECT FROM piecework.nodes WHERE job_id = $1 AND id = $2 AND fence = $3::bigint AND status = 'running'
     FOR UPDATE SKIP LOCKED`,
    leaseKey(lease),
  )
  if (rowCount === 1) await terminateOtherBackend(tx, lease.job.id, lease.node.id)
}

/** Of the advisory lock that an attempt's transaction holds. */
export const attemptKey = (job: string, node: string): string => lockKey('attempt', job, node)
