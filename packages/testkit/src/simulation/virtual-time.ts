interface Due {
  readonly at: number
  readonly run: () => void
}

/**
 * Time that passes only when nothing is left to do: callbacks run one after the other, and the next one when
 * all that followed from the one before has come to rest.
 */
export class VirtualTime {
  #now = 0
  #outside = 0
  #returned = (): void => undefined
  readonly #due: Due[] = []

  /** ms since the simulation began. */
  get now(): number {
    return this.#now
  }

  /** Calls back once, `ms` later. The function that is returned cancels it. */
  after(ms: number, run: () => void): () => void {
    const due = { at: this.#now + Math.max(0, ms), run }
    // Behind those of the same time.
    let [from, to] = [0, this.#due.length]
    while (from < to) {
      const middle = (from + to) >> 1
      if ((this.#due[middle] as Due).at <= due.at) from = middle + 1
      else to = middle
    }
    this.#due.splice(from, 0, due)
    return () => {
      const index = this.#due.indexOf(due)
      if (index !== -1) this.#due.splice(index, 1)
    }
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve))
  }

  /** Work that leaves this process's own turn, such as a query: time stands still until it has ended. */
  async outside<T>(work: () => Promise<T>): Promise<T> {
    this.#outside += 1
    try {
      return await work()
    } finally {
      this.#outside -= 1
      if (this.#outside === 0) {
        const returned = this.#returned
        this.#returned = () => undefined
        returned()
      }
    }
  }

  /** Lets time pass until `work` has ended. Throws when nothing is left that could end it. */
  async run<T>(work: Promise<T>): Promise<T> {
    let isEnded = false
    const end = (): void => {
      isEnded = true
    }
    work.then(end, end)
    for (;;) {
      await this.#rest()
      if (isEnded) return work
      const due = this.#due.shift()
      if (!due) throw new Error('The simulation stands still: nothing is left that could happen.')
      this.#now = due.at
      due.run()
    }
  }

  /** Resolves when all that can happen now has happened. */
  #rest(): Promise<void> {
    return new Promise((resolve) => {
      const turn = (): void => {
        setImmediate(() => {
          // Between two immediates, everything that waits for no event of the system has run.
          if (this.#outside > 0) this.#returned = turn
          else if (process.getActiveResourcesInfo().includes('Immediate')) turn()
          else resolve()
        })
      }
      turn()
    })
  }
}
