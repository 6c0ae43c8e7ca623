/**
 * One stream of bytes, read part by part. A source that fails ends the part as if it had ended there, so that what has
 * come is kept; `error` says so.
 */
export class PartReader {
  error: unknown
  readonly #source: AsyncIterator<Uint8Array>
  #chunk: Uint8Array | undefined
  #ended = false

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  /** Whether there are more bytes; waits for them. */
  async hasMore(): Promise<boolean> {
    while (!this.#ended && !this.#chunk?.length) {
      try {
        const next = await this.#source.next()
        if (next.done) this.#ended = true
        else this.#chunk = next.value
      } catch (error) {
        this.#ended = true
        this.error = error
      }
    }
    return !this.#ended
  }

  /** At most so many bytes. */
  async *part(most: number): AsyncGenerator<Uint8Array> {
    for (let left = most; left > 0 && (await this.hasMore()); ) {
      const chunk = this.#chunk ?? new Uint8Array()
      const taken = chunk.subarray(0, left)
      this.#chunk = chunk.subarray(taken.length)
      left -= taken.length
      yield taken
    }
  }

  /** The rest is not read. */
  async close(): Promise<void> {
    if (!this.#ended) await this.#source.return?.()
  }
}
