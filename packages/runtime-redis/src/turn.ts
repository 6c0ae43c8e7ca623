/** The right of one worker to run tasks of one job for a while. There are never more of a job than may run at once. */
export interface Turn {
  readonly job: string
  /** From 1. */
  readonly slot: number
}

/** In BullMQ a turn's id is this and the slot, so that it exists once. Its ids hold no colon. */
export const turnPrefix = (job: string): string => `turn-${encodeURIComponent(job)}-`
