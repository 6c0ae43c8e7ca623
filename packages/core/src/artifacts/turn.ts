import type { Environment } from '../contracts/environment.js'

/** For how long one call of a store may be without an answer. */
export interface Patience {
  readonly timeoutMs: number
  readonly environment: Environment
}

/**
 * Whose turn it is in a call, the store's or ours. The store is given up when one of its turns takes too long.
 */
export class Turn {
  readonly #patience: Patience
  readonly #silent: () => Error
  #error: Error | undefined
  /** Absent while nothing is awaited. */
  #giveUp: ((error: Error) => void) | undefined
  #cancel: () => void = () => {}

  constructor(patience: Patience, silent: () => Error) {
    this.#patience = patience
    this.#silent = silent
  }

  /** Why it was given up, once it was. */
  get error(): Error | undefined {
    return this.#error
  }

  /** What the store answers. */
  answer<T>(work: () => T | PromiseLike<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#giveUp = reject
      this.give()
      Promise.resolve(work()).then(resolve, reject)
    }).finally(() => {
      this.take()
      this.#giveUp = undefined
    })
  }

  /** It is the store's. */
  give(): void {
    this.take()
    if (!this.#giveUp) return
    const { environment, timeoutMs } = this.#patience
    // Unlike `after`, it does not keep a process alive that has been stopped.
    this.#cancel = environment.every(timeoutMs, () => {
      this.#cancel()
      this.#error = this.#silent()
      this.#giveUp?.(this.#error)
    })
  }

  /** It is ours. */
  take(): void {
    this.#cancel()
    this.#cancel = () => {}
  }
}
