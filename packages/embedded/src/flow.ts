import { defaults } from './defaults.js'

/** Back-pressure between threads: the worker cannot await during a COPY, and sleeps until parts are taken. */
export class Flow {
  readonly shared: SharedArrayBuffer
  readonly #cells: Int32Array
  #sent = 0

  constructor(shared = new SharedArrayBuffer(8)) {
    this.shared = shared
    this.#cells = new Int32Array(shared)
  }

  /** Main thread: one more part has been consumed. */
  taken(): void {
    Atomics.add(this.#cells, 0, 1)
    Atomics.notify(this.#cells, 0)
  }

  /** Main thread: no further part is wanted. */
  stop(): void {
    Atomics.store(this.#cells, 1, 1)
    this.taken()
  }

  /** Worker: sleeps until a part may be sent; false when none is wanted. */
  maySend(): boolean {
    for (;;) {
      if (Atomics.load(this.#cells, 1) === 1) return false
      const taken = Atomics.load(this.#cells, 0)
      if (this.#sent - taken < defaults.partsAhead) {
        this.#sent++
        return true
      }
      Atomics.wait(this.#cells, 0, taken)
    }
  }
}
