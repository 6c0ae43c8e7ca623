import type { Position } from './shp.js'

/** Beyond what rounding does to the two products of a turn. */
const margin = 1e-12

/**
 * Whether a closed ring is convex without doubt: every corner turns the same way by more than rounding could feign, and all of them
 * together once around. Such a ring is simple, so that no database need be asked whether its polygon is valid.
 */
export function isConvex(ring: readonly Position[]): boolean {
  const corners = ring.length - 1
  let [fromX, fromY] = edge(ring, corners - 1)
  let upwards = isUpwards(fromX, fromY)
  let turn = 0
  let flips = 0
  for (let at = 0; at < corners; at += 1) {
    const [x, y] = edge(ring, at)
    const one = fromX * y
    const other = fromY * x
    const way = Math.sign(one - other)
    if (!(Math.abs(one - other) > margin * (Math.abs(one) + Math.abs(other))) || way === -turn) return false
    turn = way
    if (isUpwards(x, y) !== upwards) flips += 1
    upwards = isUpwards(x, y)
    fromX = x
    fromY = y
  }
  return flips === 2
}

const edge = (ring: readonly Position[], at: number): Position => {
  const from = ring[at] as Position
  const to = ring[at + 1] as Position
  return [to[0] - from[0], to[1] - from[1]]
}

/** Which half of all directions. */
const isUpwards = (x: number, y: number): boolean => y > 0 || (y === 0 && x > 0)
