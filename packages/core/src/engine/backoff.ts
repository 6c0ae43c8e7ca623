import type { GivenBack, Lease } from '../contracts/attempts.js'
import type { JobError } from '../contracts/errors.js'
import { engineTimes, followUpDefaults } from '../defaults.js'
import type { Interruption } from './interruption.js'
import { outlivesStop } from './machine.js'

/** What follows a failed attempt: the next one after so many ms, the same one again, or (undefined) none. */
export type NextAttempt = number | GivenBack | undefined

/** A clean-up is tried until it succeeds: the resource stays claimed meanwhile. */
export function nextAttempt(
  { job, node, attempt }: Lease,
  { code, retryable }: JobError,
  interruption: Interruption | undefined,
  { maxAttempts, backoffMs }: { readonly maxAttempts: number; readonly backoffMs: number },
  /** What the other side asks for, if the node is a follow-up or a delivery. */
  retryAfterMs = 0,
): NextAttempt {
  if (interruption?.why === 'worker-stops') return { givenBackForMs: 0 }
  const { longestBackoffMs, longestRetryAfterMs } = followUpDefaults
  const asked = Math.min(retryAfterMs, longestRetryAfterMs)
  if (node.task === 'follow-up') {
    const wait = Math.min(backoffMs * 2 ** (attempt - 1), longestBackoffMs)
    return retryable && attempt < maxAttempts ? Math.max(wait, asked) : undefined
  }
  const wait = Math.min(backoffMs * 2 ** (attempt - 1), engineTimes.longestBackoffMs)
  const finish = node.task === 'finish'
  if (finish && job.outcome !== 'succeeded') return wait
  // No later attempt of this job can read at the moment that is lost.
  if ((interruption && !finish) || code === 'snapshot-lost') return undefined
  const open = finish || job.outcome === undefined
  if (!retryable || !open || attempt >= maxAttempts) return undefined
  return node.task === 'deliver' ? Math.max(wait, asked) : wait
}

/**
 * When a worker without the code for it gives an attempt back. Undefined when that was done so often that no worker may
 * have it: then it counts as any failed attempt.
 */
export function giveBack(
  { job, node, fence }: Lease,
  { backoffMs }: { readonly backoffMs: number },
): GivenBack | undefined {
  // A job that has failed must not wait for it.
  if (job.outcome !== undefined && !outlivesStop(node.task)) return undefined
  if (fence > engineTimes.givenBackLeases) return undefined
  return { givenBackForMs: waitOf(fence, backoffMs) }
}

/**
 * While a database is away that is not the store's an attempt counts for nothing, so often as `leases` says: whatever its
 * job waits for is there when it is back.
 */
export function untilBack(
  { job, node, fence }: Lease,
  { backoffMs }: { readonly backoffMs: number },
  interruption: Interruption | undefined,
  leases = Number.POSITIVE_INFINITY,
): GivenBack | undefined {
  if (interruption || fence > leases || (job.outcome !== undefined && node.task !== 'finish'))
    return undefined
  return { givenBackForMs: waitOf(fence, backoffMs), told: true }
}

const waitOf = (fence: number, backoffMs: number): number =>
  Math.min(backoffMs * 2 ** (fence - 1), engineTimes.longestGivenBackMs)
