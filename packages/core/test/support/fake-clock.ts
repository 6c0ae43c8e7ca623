import type { Environment, Runtime, TaskHandler } from '@piecework/core/store'

interface Timer {
  at: number
  readonly order: number
  readonly everyMs: number | undefined
  readonly callback: () => void
}

/** Time that passes when a test asks for it, for any number of processes. */
export class FakeClock {
  now = Date.UTC(2030, 0, 1)
  readonly #timers = new Set<Timer>()
  #order = 0
  #ids = 0

  /** Timers that have yet to call back. */
  get timers(): number {
    return this.#timers.size
  }

  /** The environment of one process; once it is dead, none of its timers calls back. */
  process(): Environment & { die(): void } {
    const own = new Set<Timer>()
    let isDead = false
    const start = (ms: number, callback: () => void, everyMs?: number) => {
      const timer = { at: this.now + ms, order: this.#order++, everyMs, callback }
      if (isDead) return () => undefined
      this.#timers.add(timer)
      own.add(timer)
      return () => {
        this.#timers.delete(timer)
      }
    }
    return {
      now: () => this.now,
      after: (ms, callback) => start(ms, callback),
      every: (ms, callback) => start(ms, callback, ms),
      uuid: () => {
        this.#ids += 1
        return `00000000-0000-4000-8000-${String(this.#ids).padStart(12, '0')}`
      },
      die: () => {
        isDead = true
        for (const timer of own) this.#timers.delete(timer)
      },
    }
  }

  /** Lets this much time pass, timer by timer; what each begins comes to rest before the next. */
  async pass(ms: number): Promise<void> {
    const end = this.now + ms
    for (;;) {
      await atRest()
      const [next] = [...this.#timers].sort((a, b) => a.at - b.at || a.order - b.order)
      if (!next || next.at > end) break
      this.now = next.at
      if (next.everyMs === undefined) this.#timers.delete(next)
      else next.at += next.everyMs
      next.callback()
    }
    this.now = end
    await atRest()
  }
}

/** Long enough for everything in memory, which waits for no timer. */
async function atRest(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

/** Runs each task when its delay has passed by `environment`. */
export function fakeRuntime(environment: Environment): Runtime & { lose: boolean } {
  let handle: TaskHandler | undefined
  const { signal } = new AbortController()
  return {
    /** Whether it loses the tasks that it accepts. */
    lose: false,
    start: async (handler) => {
      handle = handler
    },
    async submit(tasks, { delayMs = 0 } = {}) {
      if (this.lose) return
      for (const task of tasks) environment.after(delayMs, () => void handle?.(task, signal))
    },
    stop: async () => {
      handle = undefined
    },
  }
}
