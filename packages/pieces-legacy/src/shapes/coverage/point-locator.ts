import type { Polygons } from '@piecework/vector-files'
import type { Box } from './box.js'

/** Edges of one band, on average. */
const bandEdges = 8
const maxBands = 4096

/** Whether points lie inside of a shape, by the parity of the edges that a ray meets. */
export class PointLocator {
  /** By latitude: x and y of both ends of each edge that reaches into the band. */
  readonly #bands: number[][]
  readonly #south: number
  readonly #height: number

  constructor(polygons: Polygons, [, south, , north]: Box) {
    const rings = polygons.flat()
    const edges = rings.reduce((sum, ring) => sum + ring.length / 2, 0)
    const bands = Math.max(1, Math.min(maxBands, Math.ceil(edges / bandEdges)))
    this.#bands = Array.from({ length: bands }, () => [])
    this.#south = south
    this.#height = (north - south) / bands || 1
    for (const ring of rings)
      for (let at = 2; at < ring.length; at += 2) {
        const [x1, y1] = [ring[at - 2] as number, ring[at - 1] as number]
        const [x2, y2] = [ring[at] as number, ring[at + 1] as number]
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
