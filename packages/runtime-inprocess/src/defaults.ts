/** Every default of this package. */
export const defaults = {
  /** Tasks that run at once. */
  concurrency: 4,
  /** How long tasks may go on after `stop` before they are aborted, in milliseconds. */
  drainMs: 0,
} as const
