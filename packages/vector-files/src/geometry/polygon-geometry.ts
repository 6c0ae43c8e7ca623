import type { Crs } from '../crs/crs.js'
import type { Shape } from '../shapefile/read/shp.js'
import { isConvex } from './convex.js'
import { PlacedShape } from './placed-shape.js'
import { closedRing, type Ring } from './ring.js'

export type ShapeProblem = 'none' | 'no-ring' | 'out-of-range'

export type PolygonGeometry = PlacedShape | { readonly problem: ShapeProblem }

export function polygonGeometry(shape: Shape, crs: Crs): PolygonGeometry {
  if (shape === undefined) return { problem: 'none' }
  let mended = false
  const place = (ring: Ring): Ring => {
    const closed = closedRing(ring)
    if (closed !== ring || !hasArea(closed)) mended = true
    return hasArea(closed) ? crs.toLonLat(closed) : closed
  }
  const all = shape.map((polygon) => polygon.map(place))
  const polygons = all.every(isWhole) ? all : withArea(all)
  if (polygons.length === 0) return { problem: 'no-ring' }
  const extent = extentOf(polygons)
  const wraps = crs.projected && extent.east - extent.west > 180
  const placed = wraps ? polygons.map((rings) => rings.map(eastward)) : polygons
  if (!isOnEarth(wraps ? extentOf(placed) : extent)) return { problem: 'out-of-range' }
  const only = placed.length === 1 && placed[0]?.length === 1 ? placed[0][0] : undefined
  const convex = only !== undefined && !wraps && extent.east <= 180 && isConvex(only)
  return new PlacedShape(placed, { mended, convex })
}

/** Of a closed ring: three positions, and the first one again. */
const leastLength = 8

/** Without its outer ring a polygon has no holes. */
const withArea = (polygons: readonly (readonly Ring[])[]): readonly (readonly Ring[])[] =>
  polygons
    .map((rings) => (hasArea(rings[0]) ? rings.filter(hasArea) : []))
    .filter((rings) => rings.length > 0)

const isWhole = (rings: readonly Ring[]): boolean => rings.length > 0 && rings.every(hasArea)

const hasArea = (ring: Ring | undefined): boolean => ring !== undefined && ring.length >= leastLength

interface Extent {
  readonly west: number
  readonly south: number
  readonly east: number
  readonly north: number
  /** None of its numbers is NaN. */
  readonly whole: boolean
}

function extentOf(polygons: readonly (readonly Ring[])[]): Extent {
  let [west, south] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  let [east, north] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
  let whole = true
  for (const rings of polygons)
    for (const ring of rings)
      for (let at = 0; at < ring.length; at += 2) {
        const lon = ring[at] as number
        const lat = ring[at + 1] as number
        if (lon < west) west = lon
        if (lon > east) east = lon
        if (lat < south) south = lat
        if (lat > north) north = lat
        if (Number.isNaN(lon) || Number.isNaN(lat)) whole = false
      }
  return { west, south, east, north, whole }
}

/** A shape that crosses the antimeridian has both ends of the longitudes: put it together on the eastern side. */
const eastward = (ring: Ring): Ring =>
  ring.map((number, at) => (at % 2 === 0 && number < 0 ? number + 360 : number))

/** A hair beyond the edge is rounding in the projection. */
const tolerance = 1e-9

const isOnEarth = ({ west, south, east, north, whole }: Extent): boolean =>
  whole &&
  west >= -180 - tolerance &&
  east <= 360 + tolerance &&
  south >= -90 - tolerance &&
  north <= 90 + tolerance
