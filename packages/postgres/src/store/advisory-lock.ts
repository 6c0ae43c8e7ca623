import { setTimeout as sleep } from 'node:timers/promises'
import type { Queryable } from '@piecework/core/store'
import { defaults } from '../defaults.js'

export interface AdvisoryLock {
  /** As `lockKey` makes it. */
  readonly key: string
  /** Shared with others that take it shared. */
  readonly shared?: boolean
  readonly lockTimeoutMs: number
}

/**
 * Takes the lock until the transaction ends. False if others keep it for longer than `lockTimeoutMs`. Polls,
 * because a wait in the server might deadlock.
 */
export async function tryAdvisoryLock(
  tx: Queryable,
  { key, shared = false, lockTimeoutMs }: AdvisoryLock,
): Promise<boolean> {
  const { lockPollMs, longestLockPollMs } = defaults
  const deadline = Date.now() + lockTimeoutMs
  for (let waitMs: number = lockPollMs; ; waitMs = Math.min(2 * waitMs, longestLockPollMs)) {
    const { rows } = await tx.query<{ locked: string }>(
      `SELECT pg_try_advisory_xact_lock${shared ? '_shared' : ''}($1::bigint)::text AS locked`,
      [key],
    )
    if (rows[0]?.locked === 'true') return true
    if (Date.now() >= deadline) return false
    await sleep(waitMs)
  }
}
