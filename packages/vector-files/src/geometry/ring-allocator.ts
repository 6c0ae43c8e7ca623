import type { Ring } from './ring.js'

/** Numbers of a slab; a hexagon has 14. */
const slabLength = 8192

/** Hands out rings that share memory: a buffer for each ring costs more than reading it. */
export class RingAllocator {
  #slab = new Float64Array(0)
  #used = 0

  take(positions: number): Ring {
    const length = 2 * positions
    if (this.#used + length > this.#slab.length) {
      this.#slab = new Float64Array(Math.max(length, slabLength))
      this.#used = 0
    }
    const ring = new Float64Array(this.#slab.buffer, 8 * this.#used, length)
    this.#used += length
    return ring
  }
}
