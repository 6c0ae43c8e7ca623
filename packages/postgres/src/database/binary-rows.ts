/**
 * Writes rows for `copyIn` in the format `binary`, many of them into one buffer. Call `row`, then write its
 * values in the order of the columns; the database refuses a row whose values differ from its columns in type
 * or number.
 *
 * @see https://www.postgresql.org/docs/current/sql-copy.html "Binary Format"
 */
export class BinaryRows {
  readonly #room: number
  #bytes: Buffer
  #view: DataView
  #size = 0

  /** `room`: initial size of the buffer in bytes; it grows. */
  constructor(room = 2 ** 18) {
    this.#room = room
    this.#bytes = Buffer.alloc(0)
    this.#view = viewOf(this.#bytes)
  }

  /** Bytes of all that was written since the last `take`. */
  get size(): number {
    return this.#size
  }

  /** Of the buffer, until the next value makes it grow. */
  get view(): DataView {
    return this.#view
  }

  row(values: number): void {
    const at = this.#take(2)
    this.#view.setInt16(at, values)
  }

  null(): void {
    const at = this.#take(4)
    this.#view.setInt32(at, -1)
  }

  int4(value: number): void {
    const at = this.value(4)
    this.#view.setInt32(at, value)
  }

  /** A uuid in its usual form, which is not checked. */
  uuid(text: string): void {
    let at = this.value(16)
    for (let character = 0; character < 36; at += 1) {
      if (text.charCodeAt(character) === HYPHEN) character += 1
      this.#bytes[at] = 16 * digit(text.charCodeAt(character)) + digit(text.charCodeAt(character + 1))
      character += 2
    }
  }

  /** A value as its type's receive function takes it: bytea as it is, geometry as EWKB. */
  bytes(value: Uint8Array): void {
    const at = this.value(value.length)
    this.#bytes.set(value, at)
  }

  /**
   * Reserves the bytes of one value: the caller writes it into `view` from the returned offset, before it
   * writes anything else.
   */
  value(size: number): number {
    const at = this.#take(4 + size)
    this.#view.setInt32(at, size)
    return at + 4
  }

  /** All rows so far, as a chunk that later rows do not touch. */
  take(): Uint8Array {
    const rows = this.#bytes.subarray(0, this.#size)
    this.#bytes = Buffer.alloc(0)
    this.#view = viewOf(this.#bytes)
    this.#size = 0
    return rows
  }

  #take(size: number): number {
    const at = this.#size
    const least = at + size
    if (least > this.#bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(least, 2 * this.#bytes.length, this.#room))
      this.#bytes.copy(grown, 0, 0, at)
      this.#bytes = grown
      this.#view = viewOf(grown)
    }
    this.#size = least
    return at
  }
}

const HYPHEN = 0x2d

/** Of a hexadecimal digit of either case. */
const digit = (code: number): number => (code & 0xf) + 9 * (code >> 6)

const viewOf = ({ buffer, byteOffset, length }: Buffer): DataView => new DataView(buffer, byteOffset, length)
