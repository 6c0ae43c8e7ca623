/** Takes exact numbers of bytes from a stream of chunks. */
export class BufferedBytes {
  readonly #iterator: AsyncIterator<Uint8Array>
  #chunks: Uint8Array[] = []
  #size = 0

  constructor(bytes: AsyncIterable<Uint8Array>) {
    this.#iterator = bytes[Symbol.asyncIterator]()
  }

  /** Bytes that `take` can give without waiting. */
  get size(): number {
    return this.#size
  }

  /** Waits until `length` bytes are there; false where the stream ends before. */
  async fill(length: number): Promise<boolean> {
    while (this.#size < length) {
      const next = await this.#iterator.next()
      if (next.done) return false
      this.#chunks.push(next.value)
      this.#size += next.value.length
    }
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)]
    return true
  }

  /** Bytes at the front, which stay. Call `fill` before. */
  peek(length: number): Buffer {
    const [chunk = Buffer.alloc(0)] = this.#chunks
    return Buffer.from(chunk.buffer, chunk.byteOffset, length)
  }

  take(length: number): Buffer {
    const taken = this.peek(length)
    const rest = this.#chunks[0]?.subarray(length)
    this.#chunks = rest && rest.length > 0 ? [rest] : []
    this.#size -= length
    return taken
  }

  /** Reads to the end, where a wrong checksum shows. */
  async drain(): Promise<void> {
    while (await this.fill(this.#size + 1)) this.take(this.#size)
  }

  async close(): Promise<void> {
    await this.#iterator.return?.()
  }
}
