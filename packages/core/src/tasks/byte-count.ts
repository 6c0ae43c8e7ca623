/** Bytes of entries that an attempt has read or written so far. */
export class ByteCount {
  #total = 0

  get total(): number {
    return this.#total
  }

  add(bytes: number): void {
    this.#total += bytes
  }

  /** The same bytes, each chunk counted when it is taken. */
  async *of(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      this.#total += chunk.length
      yield chunk
    }
  }
}
