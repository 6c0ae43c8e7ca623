import type { NextEvent } from './next-event.js'

export interface LookDeps<T> {
  read(): Promise<T>
  /** Nothing changes after it. */
  isLast(value: T): boolean
  /** `signal`: ends the wait at once. */
  nextEvent(signal: AbortSignal): NextEvent
  /** No watcher is left, or there is nothing more to follow. */
  ended(): void
}

type Seen<T> = { readonly value: T; readonly isLast: boolean } | { readonly error: unknown }

/** One look at a job after the other, for all who follow it in this process. */
export class SharedLook<T> {
  readonly #deps: LookDeps<T>
  readonly #followers = new Set<(seen: Seen<T>) => void>()
  #isRunning = false
  /** Number of the last read that has begun, and of the last that has come back. */
  #begun = 0
  #returned = 0
  /** The read that the last follower waits for. */
  #needed = 0
  #wake = new AbortController()

  constructor(deps: LookDeps<T>) {
    this.#deps = deps
  }

  /** From a read that begins after the call, to the last value. Who is slow gets the newest. */
  async *follow(signal?: AbortSignal): AsyncGenerator<T> {
    signal?.throwIfAborted()
    let newest: Seen<T> | undefined
    let tell = (): void => undefined
    const needed = this.#begun + 1
    this.#needed = needed
    let isFresh = false
    const follower = (seen: Seen<T>): void => {
      isFresh ||= 'error' in seen || seen.isLast || this.#returned >= needed
      if (!isFresh) return
      newest = seen
      tell()
    }
    const abort = (): void => tell()
    signal?.addEventListener('abort', abort)
    this.#followers.add(follower)
    if (this.#isRunning) this.#wake.abort()
    else void this.#run()
    try {
      for (;;) {
        signal?.throwIfAborted()
        if (!newest) {
          await new Promise<void>((resolve) => {
            tell = resolve
          })
          continue
        }
        const seen: Seen<T> = newest
        newest = undefined
        if ('error' in seen) throw seen.error
        yield seen.value
        if (seen.isLast) return
      }
    } finally {
      signal?.removeEventListener('abort', abort)
      this.#followers.delete(follower)
      if (this.#followers.size === 0) this.#wake.abort()
    }
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    try {
      await this.#lookUntilLast()
    } catch (error) {
      this.#end()
      this.#tell({ error })
    }
  }

  /** In the same step as what ends it: who comes later begins anew. */
  #end(): void {
    this.#isRunning = false
    this.#deps.ended()
  }

  async #lookUntilLast(): Promise<void> {
    const { read, isLast, nextEvent } = this.#deps
    let last: T | undefined
    let reading: Promise<T> | undefined
    while (this.#followers.size > 0) {
      this.#wake = new AbortController()
      const woken = nextEvent(this.#wake.signal)
      try {
        if (!reading) {
          this.#begun += 1
          reading = read()
          reading.catch(() => undefined)
        }
        // With one connection a read waits for the transaction of a piece; the progress of that does not.
        const known = await (last === undefined ? reading : Promise.race([reading, woken.promise]))
        if (known !== undefined) {
          last = known as T
          reading = undefined
          this.#returned = this.#begun
        }
        // Told again without a new read, it is shown with the progress of now.
        const value = last as T
        const end = isLast(value)
        if (end) this.#end()
        this.#tell({ value, isLast: end })
        if (end) return
        if (reading || this.#returned >= this.#needed) await woken.promise
      } finally {
        woken.stop()
      }
    }
    this.#end()
  }

  #tell(seen: Seen<T>): void {
    for (const follower of this.#followers) follower(seen)
  }
}
