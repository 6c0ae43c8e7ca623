import { randomFactor } from '@piecework/marxan-files'

const FREE = -1

/** Unordered pairs of indexes from 0, each with the number that came first; at most 64 bytes a pair. */
export class FirstBoundaries {
  #lows = new Int32Array(2048).fill(FREE)
  #highs = new Int32Array(2048)
  #firsts = new Float64Array(2048)
  #size = 0
  /** Random for each map, so that no file can choose pairs that collide. */
  readonly #factor = randomFactor()
  readonly #second = randomFactor()

  get size(): number {
    return this.#size
  }

  /** What came first for the pair, in either order; undefined for a new pair, which keeps `boundary`. */
  add(one: number, other: number, boundary: number): number | undefined {
    const low = Math.min(one, other)
    const high = Math.max(one, other)
    const slot = this.#slot(low, high)
    if (this.#lows[slot] !== FREE) return this.#firsts[slot]
    this.#put(slot, low, high, boundary)
    this.#size += 1
    if (this.#size * 2 === this.#lows.length) this.#grow()
    return undefined
  }

  #put(slot: number, low: number, high: number, first: number): void {
    this.#lows[slot] = low
    this.#highs[slot] = high
    this.#firsts[slot] = first
  }

  #slot(low: number, high: number): number {
    const lows = this.#lows
    const mask = lows.length - 1
    let hash = Math.imul(low, this.#factor) + Math.imul(high, this.#second)
    hash = Math.imul(hash ^ (hash >>> 15), this.#factor)
    let slot = (hash ^ (hash >>> 13)) & mask
    while (lows[slot] !== FREE && !(lows[slot] === low && this.#highs[slot] === high))
      slot = (slot + 1) & mask
    return slot
  }

  /** Half of the slots stay free. */
  #grow(): void {
    const [lows, highs, firsts] = [this.#lows, this.#highs, this.#firsts]
    this.#lows = new Int32Array(lows.length * 2).fill(FREE)
    this.#highs = new Int32Array(lows.length * 2)
    this.#firsts = new Float64Array(lows.length * 2)
    for (let at = 0; at < lows.length; at += 1) {
      const low = lows[at] as number
      const high = highs[at] as number
      if (low !== FREE) this.#put(this.#slot(low, high), low, high, firsts[at] as number)
    }
  }
}
