import type { Task, TaskHandler } from '@piecework/core/store'
import { within } from '../within.js'

/** A handler that keeps what it was handed, so that anything added or lost shows. */
export interface Recorder {
  readonly seen: readonly Task[]
  readonly handle: TaskHandler
  /** Resolves when `count` tasks have been handled. */
  until(count: number): Promise<void>
}

export function recorder(ms: number): Recorder {
  const seen: Task[] = []
  const waiting = new Set<() => void>()
  const handle: TaskHandler = async (task) => {
    seen.push({ ...task })
    for (const look of waiting) look()
  }
  const until = (count: number): Promise<void> =>
    within(
      ms,
      `${count} tasks to run`,
      new Promise<void>((resolve) => {
        const look = (): void => {
          if (seen.length >= count) resolve()
        }
        waiting.add(look)
        look()
      }),
    )
  return { seen, handle, until }
}
