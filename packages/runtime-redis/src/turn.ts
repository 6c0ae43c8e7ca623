/** Whose turn it is. */
export interface Due {
  readonly job: string
  /** The job's: higher ones first. */
  readonly priority: number
}

/** The right of one worker to run tasks of one job for a while. There are never more of a job than may run at once. */
export interface Turn extends Due {
  /** From 1 to `mostSlots`. */
  readonly slot: number
}

/** In BullMQ a turn's id is this and the slot, so that it exists once. Its ids hold no colon. */
export const turnPrefix = (job: string): string => `turn-${encodeURIComponent(job)}-`

export const mostSlots = 1000

/** BullMQ serves lower numbers first, up to 2 ** 21. */
const classes = Math.floor(2 ** 21 / mostSlots)

/**
 * BullMQ's: jobs of higher priority first, and of equal ones a job's first turn before the second of any other, so that they have the
 * same share. Priorities beyond ±1000 count as equal.
 */
export function bullPriority({ priority, slot }: Turn): number {
  const middle = Math.floor(classes / 2)
  return Math.min(Math.max(middle - priority, 0), classes - 1) * mostSlots + slot
}
