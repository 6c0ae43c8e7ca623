import type { Runtime, Task } from '../contracts/runtime.js'
import type { Store } from '../contracts/store.js'

/** Submits again what a crash or a queue has lost. */
export class TaskSweep {
  readonly #store: Store
  readonly #runtime: Runtime
  /** Overdue, but not accepted by the runtime yet: the store takes them for submitted. */
  #unsent: readonly Task[] = []

  constructor({ store, runtime }: { readonly store: Store; readonly runtime: Runtime }) {
    this.#store = store
    this.#runtime = runtime
  }

  async run(submittedBefore: Date): Promise<void> {
    if (this.#unsent.length === 0) this.#unsent = await this.#store.attempts.overdue(submittedBefore)
    if (this.#unsent.length > 0) await this.#runtime.submit(this.#unsent)
    this.#unsent = []
  }
}
