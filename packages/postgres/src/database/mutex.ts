/** Runs one function at a time, in the order of the calls. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve()

  /** Rejects if the signal is aborted before `work` starts. */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const turn = this.#last.then(() => {
      signal?.throwIfAborted()
      return work()
    })
    this.#last = turn.catch(() => {})
    return turn
  }

  /** Resolves to the function that releases the mutex; to call it twice does no harm. */
  acquire(signal?: AbortSignal): Promise<() => void> {
    return new Promise((entered, refused) => {
      this.run(() => new Promise<void>((leave) => entered(leave)), signal).catch(refused)
    })
  }
}
