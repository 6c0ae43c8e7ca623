import { isConvex } from './convex.js'
import type { Crs } from './crs.js'
import { ewkbHex } from './ewkb.js'
import type { Position, Shape } from './shp.js'

export type ShapeProblem = 'none' | 'no-ring' | 'out-of-range'

export type PolygonGeometry =
  | {
      /** Polygon or multipolygon in EPSG:4326. Longitudes go beyond 180 where it crosses the antimeridian. */
      readonly ewkb: string
      /** An open ring was closed, or a ring without area left out. */
      readonly mended: boolean
      /** Certain to be valid where it is: one convex ring between the antimeridians. Of others a database knows. */
      readonly convex: boolean
    }
  | { readonly problem: ShapeProblem }

export function polygonGeometry(shape: Shape, crs: Crs): PolygonGeometry {
  if (shape === undefined) return { problem: 'none' }
  let mended = false
  const polygons: Position[][][] = []
  for (const polygon of shape) {
    const rings: Position[][] = []
    for (const [at, ring] of polygon.entries()) {
      const closed = isClosed(ring) ? ring : [...ring, ring[0] as Position]
      if (closed !== ring) mended = true
      if (closed.length >= 4) rings.push(closed.map((position) => crs.toLonLat(position)))
      else mended = true
      if (at === 0 && rings.length === 0) break
    }
    if (rings.length > 0) polygons.push(rings)
  }
  if (polygons.length === 0) return { problem: 'no-ring' }
  const [west, east] = extent(polygons)
  const wraps = crs.projected && east - west > 180
  const placed = wraps ? polygons.map((rings) => rings.map((ring) => ring.map(eastward))) : polygons
  if (!inRange(placed)) return { problem: 'out-of-range' }
  const [rings, ...others] = placed
  const convex = others.length === 0 && rings?.length === 1 && !wraps && east <= 180 && rings.every(isConvex)
  return { ewkb: ewkbHex(placed), mended, convex }
}

const isClosed = (ring: readonly Position[]): boolean => {
  const first = ring[0]
  const last = ring[ring.length - 1]
  return first?.[0] === last?.[0] && first?.[1] === last?.[1]
}

function extent(polygons: readonly (readonly (readonly Position[])[])[]): readonly [number, number] {
  let west = Number.POSITIVE_INFINITY
  let east = Number.NEGATIVE_INFINITY
  for (const rings of polygons)
    for (const ring of rings)
      for (const [lon] of ring) {
        if (lon < west) west = lon
        if (lon > east) east = lon
      }
  return [west, east]
}

/** A shape that crosses the antimeridian has both ends of the longitudes: put it together on the eastern side. */
const eastward = ([lon, lat]: Position): Position => [lon < 0 ? lon + 360 : lon, lat]

/** A hair beyond the edge is rounding in the projection. */
const tolerance = 1e-9

const inRange = (polygons: readonly (readonly (readonly Position[])[])[]): boolean =>
  polygons.every((rings) =>
    rings.every((ring) =>
      ring.every(
        ([lon, lat]) => lon >= -180 - tolerance && lon <= 360 + tolerance && Math.abs(lat) <= 90 + tolerance,
      ),
    ),
  )
