import { setImmediate as nextTick } from 'node:timers/promises'
import { defaults } from '../defaults.js'

interface QueuedItem<Item, Result> {
  readonly item: Item
  resolve(result: Result): void
  reject(error: unknown): void
}

/**
 * Items that come while a batch is under way go together in the next one. If a batch fails, each of its items
 * is tried alone.
 */
export class Batcher<Item, Result> {
  readonly #process: (items: readonly Item[]) => Promise<readonly Result[]>
  #queue: QueuedItem<Item, Result>[] = []
  #draining = false

  /** `process` resolves to the result of each item, in their order. */
  constructor(process: (items: readonly Item[]) => Promise<readonly Result[]>) {
    this.#process = process
  }

  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ item, resolve, reject })
      if (!this.#draining) void this.#drain()
    })
  }

  async #drain(): Promise<void> {
    this.#draining = true
    while (this.#queue.length > 0) {
      // Callers that the last batch has resolved add their next items first.
      await nextTick()
      const batch = this.#queue.slice(0, defaults.batchSize)
      this.#queue = this.#queue.slice(defaults.batchSize)
      if (!(await this.#settle(batch, batch.length === 1))) {
        for (const queued of batch) await this.#settle([queued], true)
      }
    }
    this.#draining = false
  }

  /** False if the batch failed and its items should be tried alone. */
  async #settle(batch: readonly QueuedItem<Item, Result>[], final: boolean): Promise<boolean> {
    try {
      const results = await this.#process(batch.map(({ item }) => item))
      for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result)
      return true
    } catch (error) {
      if (!final) return false
      for (const { reject } of batch) reject(error)
      return true
    }
  }
}
