import type { Position } from './geometry.js'

type LinearRing = readonly Position[]

/** The rings of a polygon, the outer one first: it gets the given direction, holes the opposite one. */
export function orientRings(
  rings: readonly LinearRing[],
  outer: 'clockwise' | 'counterclockwise',
): readonly LinearRing[] {
  return rings.map((ring, index) => {
    const wanted = (outer === 'counterclockwise') === (index === 0) ? 1 : -1
    return signedArea(ring) * wanted < 0 ? ring.toReversed() : ring
  })
}

/**
 * Twice the area; positive if the ring is counterclockwise. Relative to the first position, which keeps
 * digits.
 */
function signedArea(ring: LinearRing): number {
  const [x0, y0] = ring[0] ?? [0, 0]
  let area = 0
  for (let at = 1; at + 1 < ring.length; at++) {
    const [x1, y1] = ring[at] as Position
    const [x2, y2] = ring[at + 1] as Position
    area += (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
  }
  return area
}
