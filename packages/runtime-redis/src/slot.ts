import { defaults } from './defaults.js'

/** A job that has tasks. */
export interface QueuedJob {
  readonly job: string
  /** Jobs of higher priority first. */
  readonly priority: number
}

/**
 * The right of one worker to run tasks of one job for a while. A job has as many as tasks of it may run at
 * once.
 */
export interface Slot extends QueuedJob {
  /** From 1 to `perJob`. */
  readonly slot: number
}

/** Delayed tasks of the job are due. */
interface Wakeup extends QueuedJob {
  readonly slot?: never
}

/** What BullMQ carries. */
export type QueueMessage = Slot | Wakeup

/** A slot's id in BullMQ is this and its number: BullMQ keeps an id once. Its ids hold no colon. */
export const slotPrefix = (job: string): string => `slot-${encodeURIComponent(job)}-`

/** BullMQ serves lower numbers first, up to 2 ** 21. */
const priorityClasses = Math.floor(2 ** 21 / defaults.maxPerJob)

/**
 * BullMQ's priority: jobs of higher priority first. Among equal ones, the first slot of each job comes before
 * the second of any other, so that they share the workers equally. Priorities beyond ±1000, which tasks of jobs
 * beyond ±500 have, count as equal.
 */
export function bullPriority({ priority, slot }: Slot): number {
  const middle = Math.floor(priorityClasses / 2)
  return Math.min(Math.max(middle - priority, 0), priorityClasses - 1) * defaults.maxPerJob + slot
}
