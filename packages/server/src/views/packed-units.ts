import type { MapUnit } from '@piecework/core/piece'

/** Rings of one unit: the x and y of each point, as parts of 65535 of a box. */
export type PackedUnit = readonly (readonly number[])[]

const most = 65_535

/**
 * Rings in whole numbers, without points that a picture does not need. They take at most `bytes`, with two for each unit and
 * each ring: if they would take more, points are moved to a coarser grid until they do not.
 */
export function packUnits(
  units: readonly MapUnit[],
  box: readonly [number, number, number, number],
  bytes: number,
): readonly PackedUnit[] {
  const [x0, y0, width, height] = box
  for (let step = 1; step <= most; step *= 2) {
    const part = (value: number, least: number, size: number) =>
      size === 0 ? 0 : Math.min(most, Math.round(((value - least) / size) * (most / step)) * step)
    let size = 0
    const packed = units.map(({ rings }) => {
      const kept: number[][] = []
      for (const ring of rings) {
        const points: number[] = []
        for (let at = 0; at < ring.length; at += 2)
          add(points, part(ring[at] as number, x0, width), part(ring[at + 1] as number, y0, height))
        close(points)
        // A hole that is no more is left out, a unit that is smaller than that is a point.
        if (points.length < 6 && kept.length > 0) continue
        kept.push(points)
        size += 2 + points.length * 2
      }
      size += 2
      return kept
    })
    if (size <= bytes) return packed
  }
  return units.map(() => [])
}

/** A point that is where the last one is, or on the line that the last one is on, takes no place of its own. */
function add(points: number[], x: number, y: number): void {
  const end = points.length
  if (end >= 2 && points[end - 2] === x && points[end - 1] === y) return
  if (end >= 4 && isBetween(points, end - 4, end - 2, x, y)) points.length = end - 2
  points.push(x, y)
}

function isBetween(points: readonly number[], a: number, b: number, x: number, y: number): boolean {
  const [ax = 0, ay = 0] = [points[a], points[a + 1]]
  const [bx = 0, by = 0] = [points[b], points[b + 1]]
  if ((bx - ax) * (y - ay) !== (by - ay) * (x - ax)) return false
  return (bx - ax) * (x - bx) + (by - ay) * (y - by) >= 0
}

/** The last point need not be the first one again. */
function close(points: number[]): void {
  const end = points.length
  if (end > 2 && points[0] === points[end - 2] && points[1] === points[end - 1]) points.length = end - 2
}
