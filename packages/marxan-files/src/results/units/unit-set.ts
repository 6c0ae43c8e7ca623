/** A set of planning units by their index: one bit a unit. */
export class UnitSet {
  readonly #bits: Uint8Array
  #size = 0

  /** `units` is the number of units that there are. */
  constructor(units: number) {
    this.#bits = new Uint8Array((units + 7) >>> 3)
  }

  get size(): number {
    return this.#size
  }

  has(index: number): boolean {
    return ((this.#bits[index >>> 3] as number) & (1 << (index & 7))) !== 0
  }

  /** False where the unit was there. */
  add(index: number): boolean {
    if (this.has(index)) return false
    this.#bits[index >>> 3] = (this.#bits[index >>> 3] as number) | (1 << (index & 7))
    this.#size += 1
    return true
  }

  clear(): void {
    this.#bits.fill(0)
    this.#size = 0
  }

  /** A set of the same units. */
  copy(): UnitSet {
    const copy = new UnitSet(this.#bits.length * 8)
    copy.#bits.set(this.#bits)
    copy.#size = this.#size
    return copy
  }

  equals(other: UnitSet): boolean {
    return this.#size === other.#size && this.difference(other) < 0
  }

  /** The lowest index that is in one of the two sets only; -1 if they are equal. */
  difference(other: UnitSet): number {
    const byte = this.#bits.findIndex((bits, at) => bits !== other.#bits[at])
    if (byte < 0) return -1
    const bits = (this.#bits[byte] as number) ^ (other.#bits[byte] as number)
    return byte * 8 + (31 - Math.clz32(bits & -bits))
  }

  *[Symbol.iterator](): Iterator<number> {
    for (let byte = 0; byte < this.#bits.length; byte += 1) {
      let bits = this.#bits[byte] as number
      while (bits !== 0) {
        yield byte * 8 + (31 - Math.clz32(bits & -bits))
        bits &= bits - 1
      }
    }
  }
}
