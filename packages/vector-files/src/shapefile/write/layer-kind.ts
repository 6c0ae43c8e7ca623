import type { Geometry, Position, SimpleGeometry } from '../../geometry/geometry.js'

/** A shapefile holds geometries of one kind, and null shapes. */
export type LayerKind = 'points' | 'multipoints' | 'lines' | 'polygons'

const kinds: Readonly<Record<SimpleGeometry['type'], LayerKind>> = {
  Point: 'points',
  MultiPoint: 'multipoints',
  LineString: 'lines',
  MultiLineString: 'lines',
  Polygon: 'polygons',
  MultiPolygon: 'polygons',
}

/** Splits a collection into its points, lines and polygons; other geometries have one kind. */
export function byLayerKind(geometry: Geometry): ReadonlyMap<LayerKind, SimpleGeometry> {
  if (geometry.type !== 'GeometryCollection') return new Map([[kinds[geometry.type], geometry]])
  const points: Position[] = []
  const lines: (readonly Position[])[] = []
  const polygons: (readonly (readonly Position[])[])[] = []
  for (const part of simpleParts(geometry)) {
    if (part.type === 'Point') points.push(part.coordinates)
    else if (part.type === 'MultiPoint') points.push(...part.coordinates)
    else if (part.type === 'LineString') lines.push(part.coordinates)
    else if (part.type === 'MultiLineString') lines.push(...part.coordinates)
    else if (part.type === 'Polygon') polygons.push(part.coordinates)
    else polygons.push(...part.coordinates)
  }
  const layers = new Map<LayerKind, SimpleGeometry>()
  if (points.length > 0) layers.set('multipoints', { type: 'MultiPoint', coordinates: points })
  if (lines.length > 0) layers.set('lines', { type: 'MultiLineString', coordinates: lines })
  if (polygons.length > 0) layers.set('polygons', { type: 'MultiPolygon', coordinates: polygons })
  return layers
}

function* simpleParts(geometry: Geometry): Generator<SimpleGeometry> {
  if (geometry.type !== 'GeometryCollection') yield geometry
  else for (const part of geometry.geometries) yield* simpleParts(part)
}
