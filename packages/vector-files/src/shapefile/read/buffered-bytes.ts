/**
 * Takes exact numbers of bytes from a stream of chunks. Offsets count from the next byte; call `fill` before
 * reading.
 */
export class BufferedBytes {
  readonly #iterator: AsyncIterator<Uint8Array>
  #bytes: Buffer = Buffer.alloc(0)
  #view = new DataView(this.#bytes.buffer, 0, 0)
  #at = 0

  constructor(bytes: AsyncIterable<Uint8Array>) {
    this.#iterator = bytes[Symbol.asyncIterator]()
  }

  /** Bytes that are buffered. */
  get size(): number {
    return this.#bytes.length - this.#at
  }

  /**
   * Waits until `length` bytes are buffered; false if the stream ends before. In hot loops compare `size`
   * first.
   */
  async fill(length: number): Promise<boolean> {
    const chunks: Uint8Array[] = []
    let size = this.size
    while (size < length) {
      const next = await this.#iterator.next()
      if (next.done) break
      chunks.push(next.value)
      size += next.value.length
    }
    if (chunks.length > 0) {
      this.#bytes = Buffer.concat([this.#bytes.subarray(this.#at), ...chunks])
      this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length)
      this.#at = 0
    }
    return size >= length
  }

  int32BE(offset: number): number {
    return this.#view.getInt32(this.#at + offset)
  }

  int32LE(offset: number): number {
    return this.#view.getInt32(this.#at + offset, true)
  }

  doubleLE(offset: number): number {
    return this.#view.getFloat64(this.#at + offset, true)
  }

  peek(length: number): Buffer {
    return this.#bytes.subarray(this.#at, this.#at + length)
  }

  take(length: number): Buffer {
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  skip(length: number): void {
    this.#at += length
  }

  /** Reads to the end, which verifies the checksum. */
  async drain(): Promise<void> {
    while (await this.fill(this.size + 1)) this.skip(this.size)
  }

  async close(): Promise<void> {
    await this.#iterator.return?.()
  }
}
