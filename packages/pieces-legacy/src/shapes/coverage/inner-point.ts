import type { Position } from '@piecework/vector-files'
import type { Rings } from './rings.js'

/** A point inside of a shape: the middle of the widest stretch of a parallel near its middle. Undefined for a shape without area. */
export function innerPoint(rings: Rings): Position | undefined {
  const y = parallel(rings)
  const crossings: number[] = []
  for (const ring of rings)
    for (let at = 1; at < ring.length; at += 1) {
      const [x1, y1] = ring[at - 1] as Position
      const [x2, y2] = ring[at] as Position
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

/** The middle of all, or a little further north where a vertex lies on it. */
function parallel(rings: Rings): number {
  let [south, north] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const ring of rings)
    for (const [, y] of ring) {
      if (y < south) south = y
      if (y > north) north = y
    }
  const middle = (south + north) / 2
  let next = north
  let taken = false
  for (const ring of rings)
    for (const [, y] of ring) {
      if (y === middle) taken = true
      else if (y > middle && y < next) next = y
    }
  return taken ? (middle + next) / 2 : middle
}
