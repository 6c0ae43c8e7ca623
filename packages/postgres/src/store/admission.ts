import {
  type Job,
  mustQueue,
  type NewJob,
  PieceworkError,
  type Queryable,
  transition,
} from '@piecework/core/store'
import { defaults } from '../defaults.js'
import { tryAdvisoryLock } from './advisory-lock.js'
import { findJob } from './lock-job.js'
import { lockKey } from './lock-key.js'
import { saveTransition } from './save-transition.js'

/**
 * Whether a job that is requested in this transaction must wait because its principal has as many as it may.
 * Until the transaction ends, no other job of the principal is admitted. Throws `too-many-jobs`.
 */
export async function mustThrottle(
  tx: Queryable,
  { principal, limit }: Pick<NewJob, 'principal' | 'limit'>,
): Promise<boolean> {
  if (!limit) return false
  if (!(await lockPrincipal(tx, principal.id, defaults.principalLockTimeoutMs))) {
    const message = `Other jobs of ${principal.id} are being requested in a transaction that has not ended.`
    throw new PieceworkError('too-many-jobs', message, {
      facts: { principal: principal.id, limit: limit.jobs },
      retryable: true,
    })
  }
  return mustQueue(principal, await countAdmitted(tx, principal.id), limit)
}

/**
 * Submits throttled jobs of the principal as long as there is room for them. None if its jobs stay locked for
 * `lockTimeoutMs`: the sweep comes back.
 */
export async function admitThrottled(
  tx: Queryable,
  principal: string,
  lockTimeoutMs: number,
): Promise<readonly Job[]> {
  if (!(await lockPrincipal(tx, principal, lockTimeoutMs))) return []
  const admitted: Job[] = []
  for (let running = await countAdmitted(tx, principal); ; running++) {
    // A job whose row is locked is being cancelled or stopped.
    const { rows } = await tx.query<{ id: string; room: number | null }>(
      `SELECT id, principal_limit AS room FROM piecework.jobs
       WHERE principal ->> 'id' = $1 AND throttled AND NOT terminal AND status = 'pending'
       ORDER BY priority DESC, number LIMIT 1 FOR UPDATE SKIP LOCKED`,
      [principal],
    )
    const [next] = rows
    if (!next || (next.room !== null && Number(next.room) <= running)) return admitted
    const locked = await findJob(tx, next.id)
    if (!locked) return admitted
    const admission = transition(locked.job, { type: 'admitted' }, locked.at)
    await saveTransition(tx, locked.job, admission)
    admitted.push(admission.job)
  }
}

const lockPrincipal = (tx: Queryable, id: string, lockTimeoutMs: number): Promise<boolean> =>
  tryAdvisoryLock(tx, { key: lockKey('principal', id), lockTimeoutMs })

/** Jobs that have begun or may begin at any moment. */
async function countAdmitted(tx: Queryable, principal: string): Promise<number> {
  const { rows } = await tx.query<{ admitted: string }>(
    `SELECT count(*)::text AS admitted FROM piecework.jobs
     WHERE principal ->> 'id' = $1 AND NOT throttled AND NOT terminal AND status <> 'draft'`,
    [principal],
  )
  return Number(rows[0]?.admitted)
}
