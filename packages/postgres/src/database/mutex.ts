/** Lets one piece of work run at a time, in the order of asking. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve()

  /** Work whose signal is aborted before its turn never starts. */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const turn = this.#last.then(() => {
      signal?.throwIfAborted()
      return work()
    })
    this.#last = turn.catch(() => {})
    return turn
  }

  /** Resolves when the turn has come, to what ends it; calling that twice does no harm. */
  acquire(signal?: AbortSignal): Promise<() => void> {
    return new Promise((entered, refused) => {
      this.run(() => new Promise<void>((leave) => entered(leave)), signal).catch(refused)
    })
  }
}
