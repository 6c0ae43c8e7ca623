import type { Crs } from '../crs/crs.js'
import { isConvex } from './is-convex.js'
import { PolygonShape } from './polygon-shape.js'
import { closedRing, type Polygons, type Ring } from './ring.js'

export type ShapeProblem = 'none' | 'no-ring' | 'out-of-range'

/** The shape of a record, or why it has none. */
export type PolygonGeometry = PolygonShape | { readonly problem: ShapeProblem }

/**
 * Converts polygons to EPSG:4326, closes open rings and drops rings without area. Those of a foreign CRS stay in its coordinates.
 */
export function placePolygons(given: Polygons | undefined, crs: Crs): PolygonGeometry {
  if (given === undefined) return { problem: 'none' }
  const only = onlyRing(given)
  if (only) return placeRing(only, crs)
  let repaired = false
  const place = (ring: Ring): Ring => {
    const closed = closedRing(ring)
    if (closed !== ring || !hasArea(closed)) repaired = true
    return hasArea(closed) ? crs.toLonLat(closed) : closed
  }
  const all = given.map((polygon) => polygon.map(place))
  const polygons = all.every(isWhole) ? all : withArea(all)
  return polygons.length === 0 ? { problem: 'no-ring' } : placed(polygons, repaired, crs)
}

/** Nearly all shapes of a planning grid: without closures and lists for each. */
function placeRing(ring: Ring, crs: Crs): PolygonGeometry {
  const closed = closedRing(ring)
  return hasArea(closed) ? placed([[crs.toLonLat(closed)]], closed !== ring, crs) : { problem: 'no-ring' }
}

function placed(polygons: Polygons, repaired: boolean, crs: Crs): PolygonGeometry {
  if (!crs.foreign) return polygonOnEarth(polygons, { repaired, projected: crs.projected })
  return isBounded(extentOf(polygons))
    ? new PolygonShape(polygons, { repaired, convex: isConvexRing(polygons) })
    : { problem: 'out-of-range' }
}

const onlyRing = (polygons: Polygons): Ring | undefined =>
  polygons.length === 1 && polygons[0]?.length === 1 ? polygons[0][0] : undefined

/** The shape of closed rings in degrees of EPSG:4326; `projected`: they come from coordinates that have no antimeridian. */
export function polygonOnEarth(
  polygons: Polygons,
  { repaired, projected }: { readonly repaired: boolean; readonly projected: boolean },
): PolygonGeometry {
  const extent = extentOf(polygons)
  const wraps = projected && extent.east - extent.west > 180
  const placed = wraps ? polygons.map((rings) => rings.map(eastward)) : polygons
  if (!isOnEarth(wraps ? extentOf(placed) : extent)) return { problem: 'out-of-range' }
  const convex = !wraps && extent.east <= 180 && isConvexRing(placed)
  return new PolygonShape(placed, { repaired, convex })
}

function isConvexRing(polygons: Polygons): boolean {
  const only = onlyRing(polygons)
  return only !== undefined && isConvex(only)
}

/** Numbers of a closed ring of three positions. */
const minLength = 8

/** Holes go with their outer ring. */
const withArea = (polygons: Polygons): Polygons =>
  polygons
    .map((rings) => (hasArea(rings[0]) ? rings.filter(hasArea) : []))
    .filter((rings) => rings.length > 0)

const isWhole = (rings: readonly Ring[]): boolean => rings.length > 0 && rings.every(hasArea)

const hasArea = (ring: Ring | undefined): boolean => ring !== undefined && ring.length >= minLength

interface Extent {
  readonly west: number
  readonly south: number
  readonly east: number
  readonly north: number
  readonly hasNaN: boolean
}

function extentOf(polygons: Polygons): Extent {
  let [west, south] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  let [east, north] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
  let hasNaN = false
  for (const rings of polygons)
    for (const ring of rings)
      for (let at = 0; at < ring.length; at += 2) {
        const lon = ring[at] as number
        const lat = ring[at + 1] as number
        if (lon < west) west = lon
        if (lon > east) east = lon
        if (lat < south) south = lat
        if (lat > north) north = lat
        if (Number.isNaN(lon) || Number.isNaN(lat)) hasNaN = true
      }
  return { west, south, east, north, hasNaN }
}

/** A shape that crosses the antimeridian has longitudes near both ends: continues it beyond 180. */
const eastward = (ring: Ring): Ring =>
  ring.map((number, at) => (at % 2 === 0 && number < 0 ? number + 360 : number))

const isBounded = ({ west, south, east, north, hasNaN }: Extent): boolean =>
  !hasNaN && [west, south, east, north].every(Number.isFinite)

/** Degrees; covers the rounding of projections. */
const tolerance = 1e-9

const isOnEarth = ({ west, south, east, north, hasNaN }: Extent): boolean =>
  !hasNaN &&
  west >= -180 - tolerance &&
  east <= 360 + tolerance &&
  south >= -90 - tolerance &&
  north <= 90 + tolerance
