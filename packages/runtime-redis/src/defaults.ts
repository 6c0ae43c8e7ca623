/** Every default and limit of this package; times in milliseconds. */
export const defaults = {
  queue: 'piecework',
  /** Tasks that run at once in one process. */
  concurrency: 4,
  /** Tasks of one job that run at once in all processes together. */
  perJob: 64,
  /** The most that `perJob` may be: BullMQ's priorities leave room for no more. */
  maxPerJob: 1000,

  /** How long tasks may go on after `stop` before they are aborted. */
  drainMs: 0,
  /** How long Redis may take to accept tasks, or a worker. */
  responseTimeoutMs: 5000,
  /** A command without an answer for so long has failed. */
  commandTimeoutMs: 5000,
  /** How long Redis may take to learn that a worker leaves. */
  leaveTimeoutMs: 2000,
  /** Waits between attempts to connect: one more step after each attempt, up to the limit. */
  reconnectStepMs: 50,
  reconnectLimitMs: 1000,
  /** How long BullMQ waits before it goes on after an error. */
  retryDelayMs: 1000,

  /** How long a worker keeps a slot: a job waits no longer than this, and one task, for its share. */
  slotMs: 100,
  /**
   * How long a dead worker keeps its slots; a live one renews them in half that time. A slot lost by mistake
   * does no harm.
   */
  slotLockMs: 6000,
  /** Delayed tasks of one job that are due within so long share one wakeup. */
  wakeupGrainMs: 100,
  /** Tasks that one call of a script takes: Lua unpacks no more than some thousand values. */
  tasksPerCall: 1000,
} as const
