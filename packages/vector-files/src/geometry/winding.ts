import type { Position } from './geometry.js'

type Ring = readonly Position[]

/** The rings of a polygon, the outer one turning as asked and holes the other way. */
export function wound(rings: readonly Ring[], outer: 'clockwise' | 'counterclockwise'): readonly Ring[] {
  return rings.map((ring, index) => {
    const area = signedArea(ring)
    const wanted = (outer === 'counterclockwise') === (index === 0) ? 1 : -1
    return area * wanted < 0 ? ring.toReversed() : ring
  })
}

/** Twice the area; positive where the ring turns counterclockwise. Relative to its first position, to keep digits. */
function signedArea(ring: Ring): number {
  const [x0, y0] = ring[0] ?? [0, 0]
  let area = 0
  for (let at = 1; at + 1 < ring.length; at++) {
    const [x1, y1] = ring[at] as Position
    const [x2, y2] = ring[at + 1] as Position
    area += (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
  }
  return area
}
