import type { PlacedShape, Position } from '@piecework/vector-files'
import { ewkbPolygons } from '@piecework/vector-files'

export type Rings = readonly (readonly Position[])[]

/** West, south, east, north. */
export type Box = readonly [number, number, number, number]

/** The closed rings of a shape, those of all its polygons. */
export const ringsOf = (ewkb: string): Rings => ewkbPolygons(ewkb).flat()

export function boxOf(rings: Rings): Box {
  let [west, south, east, north] = [
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ]
  for (const ring of rings)
    for (const [x, y] of ring) {
      if (x < west) west = x
      if (x > east) east = x
      if (y < south) south = y
      if (y > north) north = y
    }
  return around([west, south, east, north])
}

/** The same of a shape as it was read. */
export function boxOfShape({ polygons }: Pick<PlacedShape, 'polygons'>): Box {
  let [west, south, east, north] = [
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ]
  // Holes lie inside.
  for (const [outer] of polygons)
    for (let at = 0; outer && at < outer.length; at += 2) {
      const [x, y] = [outer[at] as number, outer[at + 1] as number]
      if (x < west) west = x
      if (x > east) east = x
      if (y < south) south = y
      if (y > north) north = y
    }
  return around([west, south, east, north])
}

/** Of what crosses the antimeridian a part lies at the other end of the longitudes. */
const around = ([west, south, east, north]: Box): Box =>
  east > 180 ? [-180, south, 180, north] : [west, south, east, north]

export const overlap = (a: Box, b: Box): boolean =>
  a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3]
