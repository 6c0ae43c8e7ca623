import type { Position } from '@piecework/vector-files'
import type { Box, Rings } from './rings.js'

/** Edges of one band, on average. */
const bandEdges = 8
const mostBands = 4096

/** Tells points inside of a shape from those outside, by the parity of the edges that a ray meets. */
export class PointLocator {
  readonly #bands: number[][]
  readonly #south: number
  readonly #height: number

  /** Each band of latitudes has the edges that reach into it, four numbers each. */
  constructor(rings: Rings, [, south, , north]: Box) {
    const edges = rings.reduce((sum, ring) => sum + ring.length, 0)
    const bands = Math.max(1, Math.min(mostBands, Math.ceil(edges / bandEdges)))
    this.#bands = Array.from({ length: bands }, () => [])
    this.#south = south
    this.#height = (north - south) / bands || 1
    for (const ring of rings)
      for (let at = 1; at < ring.length; at += 1) {
        const [x1, y1] = ring[at - 1] as Position
        const [x2, y2] = ring[at] as Position
        if (y1 === y2) continue
        const last = this.#band(Math.max(y1, y2))
        for (let band = this.#band(Math.min(y1, y2)); band <= last; band += 1)
          this.#bands[band]?.push(x1, y1, x2, y2)
      }
  }

  contains(x: number, y: number): boolean {
    const edges = this.#bands[this.#band(y)] ?? []
    let inside = false
    for (let at = 0; at < edges.length; at += 4) {
      const y1 = edges[at + 1] as number
      const y2 = edges[at + 3] as number
      if (y1 > y === y2 > y) continue
      const x1 = edges[at] as number
      if (x < x1 + ((y - y1) * ((edges[at + 2] as number) - x1)) / (y2 - y1)) inside = !inside
    }
    return inside
  }

  #band(y: number): number {
    const band = Math.floor((y - this.#south) / this.#height)
    return Math.max(0, Math.min(this.#bands.length - 1, band))
  }
}
