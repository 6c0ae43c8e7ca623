const LF = 0x0a
const CR = 0x0d

/** Bytes of a file that have come and are not read yet, up to the last complete line. */
export class LineBuffer {
  bytes: Buffer = Buffer.alloc(0)
  /** Where to read on. */
  at = 0
  /** End of the last complete line. */
  end = 0
  /** A zero byte follows: nothing is read beyond it. */
  binary = false

  /** Bytes that do not make a complete line yet, or that a reader left. */
  get rest(): number {
    return this.bytes.length - this.at
  }

  append(chunk: Uint8Array): void {
    if (this.binary) return
    const added = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    this.bytes = this.rest === 0 ? added : Buffer.concat([this.bytes.subarray(this.at), added])
    this.at = 0
    const zero = this.bytes.indexOf(0)
    this.binary = zero >= 0
    if (this.binary) this.bytes = this.bytes.subarray(0, zero)
    this.end = this.#completeEnd()
  }

  /** The file has ended: what is left is its last line. */
  finish(): void {
    if (this.binary || this.rest === 0) return
    this.bytes = Buffer.concat([this.bytes.subarray(this.at), Buffer.of(LF)])
    this.at = 0
    this.end = this.bytes.length
  }

  /** A carriage return at the very end may be half an end of line. */
  #completeEnd(): number {
    const { bytes } = this
    const last = bytes.length - 1
    const from = bytes[last] === CR && !this.binary ? last - 1 : last
    if (from < 0) return 0
    return Math.max(bytes.lastIndexOf(LF, from), bytes.lastIndexOf(CR, from)) + 1
  }
}
