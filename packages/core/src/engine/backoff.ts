import type { Lease } from '../contracts/attempts.js'
import type { JobError } from '../contracts/jobs.js'
import { engineTimes } from '../defaults.js'
import type { Interruption } from './interruption.js'

/**
 * What follows a failed attempt: the next one after so many ms, one at once that does not count, or
 * (undefined) none.
 */
export type NextAttempt = number | 'given-back' | undefined

/** A clean-up is tried until it succeeds: the resource stays claimed meanwhile. */
export function nextAttempt(
  { job, node, attempt }: Lease,
  { retryable }: JobError,
  interruption: Interruption | undefined,
  { maxAttempts, backoffMs }: { readonly maxAttempts: number; readonly backoffMs: number },
): NextAttempt {
  if (interruption?.why === 'worker-stops') return 'given-back'
  const wait = Math.min(backoffMs * 2 ** (attempt - 1), engineTimes.longestBackoffMs)
  const finish = node.task === 'finish'
  if (finish && job.outcome !== 'succeeded') return wait
  if (interruption && !finish) return undefined
  const open = finish || job.outcome === undefined
  return retryable && open && attempt < maxAttempts ? wait : undefined
}
