import type { Ring } from './ring.js'

/** More than the relative rounding error of the two products of a turn. */
const margin = 1e-12

/**
 * Whether a closed ring is certainly convex: all corners turn the same way by more than the rounding error,
 * once around in total. Such a ring is simple, so its polygon is valid without asking a database.
 */
export function isConvex(ring: Ring): boolean {
  const last = ring.length - 2
  let x = ring[last] as number
  let y = ring[last + 1] as number
  let fromX = x - (ring[last - 2] as number)
  let fromY = y - (ring[last - 1] as number)
  let upwards = isUpwards(fromX, fromY)
  let turn = 0
  let flips = 0
  for (let at = 2; at <= last; at += 2) {
    const toX = (ring[at] as number) - x
    const toY = (ring[at + 1] as number) - y
    const one = fromX * toY
    const other = fromY * toX
    const way = Math.sign(one - other)
    if (!(Math.abs(one - other) > margin * (Math.abs(one) + Math.abs(other))) || way === -turn) return false
    turn = way
    if (isUpwards(toX, toY) !== upwards) flips += 1
    upwards = isUpwards(toX, toY)
    fromX = toX
    fromY = toY
    x = ring[at] as number
    y = ring[at + 1] as number
  }
  return flips === 2
}

/** Which half of the directions. */
const isUpwards = (x: number, y: number): boolean => y > 0 || (y === 0 && x > 0)
