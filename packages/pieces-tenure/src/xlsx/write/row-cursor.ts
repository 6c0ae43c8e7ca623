import type { CellValue, SheetToWrite } from './sheet-to-write.js'

/** Rows in batches, of which any number may be taken. */
export class RowCursor {
  readonly #batches: AsyncIterator<readonly (readonly CellValue[])[]>
  #batch: readonly (readonly CellValue[])[] = []
  #at = 0

  constructor(rows: SheetToWrite['rows']) {
    this.#batches = batchesOf(rows)
  }

  async hasMore(): Promise<boolean> {
    while (this.#at === this.#batch.length) {
      const next = await this.#batches.next()
      if (next.done) return false
      this.#batch = next.value
      this.#at = 0
    }
    return true
  }

  /** At most so many, of the present batch. */
  take(most: number): readonly (readonly CellValue[])[] {
    const taken = this.#batch.slice(this.#at, this.#at + most)
    this.#at += taken.length
    return taken
  }

  async close(): Promise<void> {
    await this.#batches.return?.()
  }
}

async function* batchesOf(rows: SheetToWrite['rows']): AsyncGenerator<readonly (readonly CellValue[])[]> {
  yield* rows
}
