import type { Task, TaskHandler } from '@piecework/core/store'
import type { ErrorReporter } from './error-reporter.js'

/** Tasks that run in this process. */
export interface RunningTasks {
  /** Never rejects: a handler that fails ends nothing but its own attempt. */
  run(task: Task, handle: TaskHandler): Promise<void>
  /** Aborts what still runs after `ms`. */
  abortAfter(ms: number, reason: Error): void
  /** Resolves when nothing runs. */
  ended(): Promise<void>
}

/** The longest time that a Node timer can wait; longer ones would fire at once. */
const maxTimerMs = 2 ** 31 - 1

export function runningTasks(reporter: ErrorReporter): RunningTasks {
  const running = new Map<AbortController, Promise<void>>()
  const timers = new Set<NodeJS.Timeout>()

  const attempt = async (task: Task, handle: TaskHandler, signal: AbortSignal): Promise<void> => {
    try {
      await handle(task, signal)
    } catch (error) {
      reporter.reportTask(error, task)
    }
  }
  return {
    run: (task, handle) => {
      const controller = new AbortController()
      const done = attempt(task, handle, controller.signal).finally(() => running.delete(controller))
      running.set(controller, done)
      return done
    },
    abortAfter: (ms, reason) => {
      const abort = (): void => {
        for (const controller of running.keys()) controller.abort(reason)
      }
      if (running.size === 0) return
      timers.add(setTimeout(abort, Math.min(ms, maxTimerMs)))
    },
    ended: async () => {
      while (running.size > 0) await Promise.all(running.values())
      timers.forEach(clearTimeout)
    },
  }
}
