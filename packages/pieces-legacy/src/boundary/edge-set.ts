import { randomFactor } from '@piecework/marxan-files'

const FREE = -1

/** A set of unordered pairs of indexes from 0; at most 32 bytes a pair. */
export class EdgeSet {
  #lows = new Int32Array(2048).fill(FREE)
  #highs = new Int32Array(2048)
  #size = 0
  /** Random for each set, so that no file can choose pairs that collide. */
  readonly #factor = randomFactor()
  readonly #second = randomFactor()

  /** False if the pair was there before, in either order. */
  add(one: number, other: number): boolean {
    const low = Math.min(one, other)
    const high = Math.max(one, other)
    const slot = this.#slot(low, high)
    if (this.#lows[slot] !== FREE) return false
    this.#lows[slot] = low
    this.#highs[slot] = high
    this.#size += 1
    if (this.#size * 2 === this.#lows.length) this.#grow()
    return true
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
    const [lows, highs] = [this.#lows, this.#highs]
    this.#lows = new Int32Array(lows.length * 2).fill(FREE)
    this.#highs = new Int32Array(lows.length * 2)
    for (let at = 0; at < lows.length; at += 1) {
      const low = lows[at] as number
      if (low === FREE) continue
      const slot = this.#slot(low, highs[at] as number)
      this.#lows[slot] = low
      this.#highs[slot] = highs[at] as number
    }
  }
}
