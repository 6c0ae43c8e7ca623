import { PieceworkError } from '../contracts/errors.js'

/** Files that stand one after the other in one stream, read from front to back. */
export class JoinedFiles {
  readonly #chunks: AsyncIterator<Uint8Array>
  #rest: Uint8Array = new Uint8Array()

  constructor(bytes: AsyncIterable<Uint8Array>) {
    this.#chunks = bytes[Symbol.asyncIterator]()
  }

  /** The next file, of so many bytes; to be read to its end. Throws `archive-invalid` if there are fewer. */
  async *take(size: number): AsyncGenerator<Uint8Array> {
    for (let left = size; left > 0; ) {
      if (!(await this.#isMore()))
        throw new PieceworkError('archive-invalid', 'The joined files are shorter than their list says.')
      const chunk = this.#rest.subarray(0, left)
      this.#rest = this.#rest.subarray(chunk.length)
      left -= chunk.length
      yield chunk
    }
  }

  async skip(size: number): Promise<void> {
    for await (const _ of this.take(size));
  }

  /** Throws `archive-invalid` if something follows the last file, and what the stream throws at its end. */
  async end(): Promise<void> {
    if (await this.#isMore())
      throw new PieceworkError('archive-invalid', 'The joined files are longer than their list says.')
  }

  async close(): Promise<void> {
    await this.#chunks.return?.()
  }

  /** Whether there are bytes left. A stream may give chunks without any. */
  async #isMore(): Promise<boolean> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#chunks.next()
      if (done) return false
      this.#rest = value
    }
    return true
  }
}
