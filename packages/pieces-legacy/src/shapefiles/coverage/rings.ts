import { ewkbPolygons } from '../../shapefile/ewkb.js'
import type { Position } from '../../shapefile/shp.js'

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
  // Across the antimeridian: part of it lies at the other end of the longitudes.
  return east > 180 ? [-180, south, 180, north] : [west, south, east, north]
}

export const overlap = (a: Box, b: Box): boolean =>
  a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3]
