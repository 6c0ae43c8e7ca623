/** Positions one after the other, each as its x and its y. */
export type Ring = Float64Array

/** The ring itself where it ends as it begins. */
export function closedRing(ring: Ring): Ring {
  if (ring[0] === ring[ring.length - 2] && ring[1] === ring[ring.length - 1]) return ring
  const closed = new Float64Array(ring.length + 2)
  closed.set(ring)
  closed.set(ring.subarray(0, 2), ring.length)
  return closed
}

/** Numbers of a slab; a hexagon has 14. */
const slabLength = 8192

/** Gives out rings that share their memory: one of their own costs each ring more than reading it. */
export class Rings {
  #slab = new Float64Array(0)
  #used = 0

  /** Of so many positions. */
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
