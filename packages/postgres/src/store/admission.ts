import { type Job, mustQueue, type NewJob, PieceworkError, type Queryable } from '@piecework/core/store'
import { tryAdvisoryLock } from './advisory-lock.js'
import { findJob, recordEvent } from './job-row.js'
import { lockKey } from './lock-key.js'

/** How long a transaction of the host's that asks for a job of the same principal may keep others waiting. */
const patienceMs = 5000

/**
 * Whether a job that begins in this transaction has to wait for room. Until the transaction ends, no other job of its principal
 * begins. Throws `too-many-jobs`.
 */
export async function waitsForRoom(
  tx: Queryable,
  { principal, limit }: Pick<NewJob, 'principal' | 'limit'>,
): Promise<boolean> {
  if (!limit) return false
  if (!(await lockPrincipal(tx, principal.id, patienceMs))) {
    const message = `Other jobs of ${principal.id} are being asked for in a transaction that has not ended.`
    throw new PieceworkError('too-many-jobs', message, {
      facts: { principal: principal.id, limit: limit.jobs },
      retryable: true,
    })
  }
  return mustQueue(principal, await underWay(tx, principal.id), limit)
}

/**
 * Submits jobs of the principal that wait, while there is room for them. Nothing where its jobs are locked for longer than
 * `patience`: the sweep comes back.
 */
export async function admitWaiting(
  tx: Queryable,
  principal: string,
  patience: number,
): Promise<readonly Job[]> {
  if (!(await lockPrincipal(tx, principal, patience))) return []
  const admitted: Job[] = []
  for (let running = await underWay(tx, principal); ; running++) {
    // One whose row is locked is being cancelled or stopped.
    const { rows } = await tx.query<{ id: string; room: number | null }>(
      `SELECT id, principal_limit AS room FROM piecework.jobs
       WHERE principal ->> 'id' = $1 AND throttled AND status = 'pending'
       ORDER BY priority DESC, number LIMIT 1 FOR UPDATE SKIP LOCKED`,
      [principal],
    )
    const [next] = rows
    if (!next || (next.room !== null && Number(next.room) <= running)) return admitted
    const locked = await findJob(tx, next.id)
    if (!locked) return admitted
    // It submits tasks and ends nothing.
    admitted.push((await recordEvent(tx, locked, { type: 'admitted' })).job)
  }
}

const lockPrincipal = (tx: Queryable, id: string, patience: number): Promise<boolean> =>
  tryAdvisoryLock(tx, { key: lockKey('principal', id), patienceMs: patience })

async function underWay(tx: Queryable, principal: string): Promise<number> {
  const { rows } = await tx.query<{ running: string }>(
    `SELECT count(*)::text AS running FROM piecework.jobs
     WHERE principal ->> 'id' = $1 AND NOT throttled
       AND status NOT IN ('draft', 'succeeded', 'failed', 'cancelled')`,
    [principal],
  )
  return Number(rows[0]?.running)
}
