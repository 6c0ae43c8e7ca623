/** Many small records, held in few buffers: one object for each of a hundred thousand costs more than its bytes. */
export class JoinedBytes {
  readonly #full: Buffer[] = []
  #block: Buffer = Buffer.allocUnsafe(blockBytes)
  #filled = 0

  add(record: Uint8Array): void {
    if (this.#filled + record.length > this.#block.length) {
      this.#full.push(this.#block.subarray(0, this.#filled))
      this.#block = Buffer.allocUnsafe(Math.max(blockBytes, record.length))
      this.#filled = 0
    }
    this.#block.set(record, this.#filled)
    this.#filled += record.length
  }

  blocks(): readonly Uint8Array[] {
    return [...this.#full, this.#block.subarray(0, this.#filled)]
  }
}

const blockBytes = 64 * 1024
