import type { Polygons, Position } from '@piecework/vector-files'

/**
 * A point inside of a shape: the middle of the widest section of a parallel near its middle. Undefined for a
 * shape without area.
 */
export function innerPoint(polygons: Polygons): Position | undefined {
  const rings = polygons.flat()
  const y = freeParallel(rings)
  const crossings: number[] = []
  for (const ring of rings)
    for (let at = 2; at < ring.length; at += 2) {
      const [x1, y1] = [ring[at - 2] as number, ring[at - 1] as number]
      const [x2, y2] = [ring[at] as number, ring[at + 1] as number]
      if (y1 > y !== y2 > y) crossings.push(x1 + ((y - y1) * (x2 - x1)) / (y2 - y1))
    }
  crossings.sort((a, b) => a - b)
  let best: Position | undefined
  let widest = 0
  for (let at = 1; at < crossings.length; at += 2) {
    const [west, east] = [crossings[at - 1] as number, crossings[at] as number]
    if (east - west <= widest) continue
    widest = east - west
    best = [(west + east) / 2, y]
  }
  return best
}

/** The latitude in the middle, or one a little further north if a vertex lies on it. */
function freeParallel(rings: Polygons[number]): number {
  let [south, north] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const ring of rings)
    for (let at = 1; at < ring.length; at += 2) {
      const y = ring[at] as number
      if (y < south) south = y
      if (y > north) north = y
    }
  const middle = (south + north) / 2
  let next = north
  let taken = false
  for (const ring of rings)
    for (let at = 1; at < ring.length; at += 2) {
      const y = ring[at] as number
      if (y === middle) taken = true
      else if (y > middle && y < next) next = y
    }
  return taken ? (middle + next) / 2 : middle
}
