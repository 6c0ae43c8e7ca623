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
  /** Where `bytes` are: each chunk in memory of its own would take longer than reading it. */
  #room = Buffer.alloc(0)

  /** Bytes that do not make a complete line yet, or that a reader left. */
  get rest(): number {
    return this.bytes.length - this.at
  }

  /** Bytes that were read before may be overwritten. */
  append(chunk: Uint8Array): void {
    if (this.binary) return
    const rest = this.#keepRest(chunk.length)
    this.#room.set(chunk, rest)
    const zero = chunk.indexOf(0)
    this.binary = zero >= 0
    this.bytes = this.#room.subarray(0, rest + (this.binary ? zero : chunk.length))
    this.end = this.#completeEnd()
  }

  /** The file has ended: what is left is its last line. */
  finish(): void {
    if (this.binary || this.rest === 0) return
    const rest = this.#keepRest(1)
    this.#room[rest] = LF
    this.bytes = this.#room.subarray(0, rest + 1)
    this.end = rest + 1
  }

  /** Moves the rest to the beginning of the room, with `added` bytes left behind it. Its length. */
  #keepRest(added: number): number {
    const { bytes, at, rest } = this
    if (rest + added > this.#room.length) this.#room = Buffer.allocUnsafe(2 * rest + added)
    this.#room.set(bytes.subarray(at), 0)
    this.at = 0
    return rest
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
