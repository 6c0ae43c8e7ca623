/** The longest time that a Node timer can wait; longer ones would fire at once. */
const maxTimerMs = 2 ** 31 - 1

/** A set of timers that are cleared together. */
export interface Timers {
  /** Calls `callback` once, `ms` milliseconds from now. */
  add(ms: number, callback: () => void): void
  clear(): void
}

export function timers(): Timers {
  const pending = new Set<NodeJS.Timeout>()
  const add = (ms: number, callback: () => void): void => {
    const elapsed = (): void => {
      pending.delete(timer)
      if (ms > maxTimerMs) add(ms - maxTimerMs, callback)
      else callback()
    }
    const timer = setTimeout(elapsed, Math.min(ms, maxTimerMs))
    pending.add(timer)
  }
  return {
    add,
    clear() {
      pending.forEach(clearTimeout)
      pending.clear()
    },
  }
}
