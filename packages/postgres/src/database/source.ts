/**
 * Rows for the database. Remembers an error of their own source, so that it is not taken for one of the
 * database.
 */
export class Source implements AsyncIterable<Uint8Array> {
  readonly #chunks: AsyncIterable<Uint8Array>
  failed = false
  error: unknown

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      yield* this.#chunks
    } catch (error) {
      this.failed = true
      this.error = error
      throw error
    }
  }
}
