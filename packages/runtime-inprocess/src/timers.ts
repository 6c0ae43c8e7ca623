import type { Environment } from '@piecework/core/store'

/** The longest time that a Node timer can wait; longer ones would fire at once. */
const maxTimerMs = 2 ** 31 - 1

/** A set of timers that are cleared together. */
export interface Timers {
  /** Calls `callback` once, `ms` milliseconds from now. */
  add(ms: number, callback: () => void): void
  clear(): void
}

export function timers(after: Environment['after'] = processAfter): Timers {
  const pending = new Set<() => void>()
  const add = (ms: number, callback: () => void): void => {
    const cancel = after(Math.min(ms, maxTimerMs), () => {
      pending.delete(cancel)
      if (ms > maxTimerMs) add(ms - maxTimerMs, callback)
      else callback()
    })
    pending.add(cancel)
  }
  return {
    add,
    clear() {
      for (const cancel of pending) cancel()
      pending.clear()
    },
  }
}

const processAfter: Environment['after'] = (ms, callback) => {
  const timer = setTimeout(callback, ms)
  return () => clearTimeout(timer)
}
