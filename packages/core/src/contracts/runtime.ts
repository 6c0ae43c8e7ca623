/** One try at one node. A runtime sees ids and an order, and nothing else. */
export interface Task {
  readonly job: string
  readonly node: string
  /** From 1. A task of an attempt that is over does nothing. */
  readonly attempt: number
  /**
   * Of tasks that wait, higher ones first; tasks of one job may differ. Absent: 0. A handler may get the task
   * without it.
   */
  readonly priority?: number
}

/** Resolves when the attempt has ended, whatever its outcome; rejects only when it could not be recorded. */
export type TaskHandler = (task: Task, signal: AbortSignal) => Promise<void>

/**
 * What executes tasks. May run a task twice, late, or (after a crash) not at all: the job store and the sweep
 * make up for it.
 */
export interface Runtime {
  /** Nothing runs before. */
  start(handle: TaskHandler): Promise<void>
  /**
   * Resolves when the tasks have been accepted, not when they have run. `delayMs` is the least time to wait.
   */
  submit(tasks: readonly Task[], options?: { readonly delayMs?: number }): Promise<void>
  /**
   * Takes no new work, waits up to `drainMs` (default 0) for what runs, then aborts it and waits for it to
   * end.
   */
  stop(options?: { readonly drainMs?: number }): Promise<void>
}
