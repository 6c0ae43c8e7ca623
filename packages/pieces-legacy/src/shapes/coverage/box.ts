import type { PolygonShape } from '@piecework/vector-files'

export type Box = readonly [west: number, south: number, east: number, north: number]

/**
 * The bounds of a shape; of one that crosses the antimeridian all longitudes, since a part lies at their
 * other end.
 */
export function boxOf({ polygons }: Pick<PolygonShape, 'polygons'>): Box {
  let [west, south] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  let [east, north] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const rings of polygons)
    for (const ring of rings)
      for (let at = 0; at < ring.length; at += 2) {
        const [x, y] = [ring[at] as number, ring[at + 1] as number]
        if (x < west) west = x
        if (x > east) east = x
        if (y < south) south = y
        if (y > north) north = y
      }
  return east > 180 ? [-180, south, 180, north] : [west, south, east, north]
}

export const overlap = (a: Box, b: Box): boolean =>
  a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3]
