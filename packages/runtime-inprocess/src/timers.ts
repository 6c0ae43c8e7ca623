/** The longest time that a Node timer can wait; longer ones would fire at once. */
const longest = 2 ** 31 - 1

/** What waits for its time, until all of it is cleared. */
export interface Timers {
  /** Calls `then` once when `ms` milliseconds have passed. */
  add(ms: number, then: () => void): void
  clear(): void
}

export function timers(): Timers {
  const waiting = new Set<NodeJS.Timeout>()
  const add = (ms: number, then: () => void): void => {
    const elapsed = (): void => {
      waiting.delete(timer)
      if (ms > longest) add(ms - longest, then)
      else then()
    }
    const timer = setTimeout(elapsed, Math.min(ms, longest))
    waiting.add(timer)
  }
  return {
    add,
    clear() {
      waiting.forEach(clearTimeout)
      waiting.clear()
    },
  }
}
