import { setTimeout as sleep } from 'node:timers/promises'
import type { Queryable } from '@piecework/core/store'

export interface AdvisoryLock {
  /** As `lockKey` makes it. */
  readonly key: string
  /** Shared with others that come shared. */
  readonly shared?: boolean
  /** How long to try. */
  readonly patienceMs: number
}

/** Takes a lock until the transaction ends. False where others keep it for longer; a wait in the server might deadlock. */
export async function tryAdvisoryLock(
  tx: Queryable,
  { key, shared = false, patienceMs }: AdvisoryLock,
): Promise<boolean> {
  const deadline = Date.now() + patienceMs
  for (let waitMs = 5; ; waitMs = Math.min(2 * waitMs, 100)) {
    const { rows } = await tx.query<{ locked: string }>(
      `SELECT pg_try_advisory_xact_lock${shared ? '_shared' : ''}($1::bigint)::text AS locked`,
      [key],
    )
    if (rows[0]?.locked === 'true') return true
    if (Date.now() >= deadline) return false
    await sleep(waitMs)
  }
}
