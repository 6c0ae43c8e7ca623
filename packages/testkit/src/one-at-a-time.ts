import type { Runtime, TaskHandler } from '@piecework/core/store'

/** Runs tasks in the order in which they come, so that one connection is enough. */
export function oneAtATime(): Runtime {
  const stopping = new AbortController()
  let handle: TaskHandler = async () => {}
  let last = Promise.resolve()
  return {
    start: async (handler) => {
      handle = handler
    },
    submit: async (tasks, { delayMs = 0 } = {}) => {
      const run = (): void => {
        for (const task of tasks)
          last = last
            .then(() => (stopping.signal.aborted ? undefined : handle(task, stopping.signal)))
            .catch(() => {})
      }
      if (delayMs > 0) setTimeout(run, delayMs).unref()
      else run()
    },
    stop: async () => {
      stopping.abort()
      await last
    },
  }
}
