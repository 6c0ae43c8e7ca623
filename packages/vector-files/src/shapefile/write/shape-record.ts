import type { Position, SimpleGeometry } from '../../geometry/geometry.js'
import { wound } from '../../geometry/winding.js'
import type { LayerKind } from './layer-kind.js'

/** Shape types of the .shp format. */
export const shapeTypes: Readonly<Record<LayerKind, number>> = {
  points: 1,
  lines: 3,
  polygons: 5,
  multipoints: 8,
}

/** West, south, east, north. */
export type Bounds = [number, number, number, number]

export const nowhere = (): Bounds => [
  Number.POSITIVE_INFINITY,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
]

/**
 * The content of one record of a .shp file; a null shape where there is no geometry. Widens `bounds` to hold it.
 * @see ESRI Shapefile Technical Description, July 1998
 */
export function shapeRecord(geometry: SimpleGeometry | null, bounds: Bounds): Buffer {
  if (!geometry) return Buffer.alloc(4)
  switch (geometry.type) {
    case 'Point': {
      const record = Buffer.allocUnsafe(20)
      record.writeInt32LE(shapeTypes.points)
      widen(bounds, geometry.coordinates)
      writePosition(record, geometry.coordinates, 4)
      return record
    }
    case 'MultiPoint':
      return shape(shapeTypes.multipoints, [geometry.coordinates], [geometry.coordinates.length], bounds)
    case 'LineString':
      return parts(shapeTypes.lines, [geometry.coordinates], bounds)
    case 'MultiLineString':
      return parts(shapeTypes.lines, geometry.coordinates, bounds)
    case 'Polygon':
      return parts(shapeTypes.polygons, wound(geometry.coordinates, 'clockwise'), bounds)
    case 'MultiPolygon':
      return parts(
        shapeTypes.polygons,
        geometry.coordinates.flatMap((rings) => wound(rings, 'clockwise')),
        bounds,
      )
  }
}

function parts(type: number, lines: readonly (readonly Position[])[], bounds: Bounds): Buffer {
  let positions = 0
  const starts: number[] = []
  for (const line of lines) {
    starts.push(positions)
    positions += line.length
  }
  return shape(type, lines, [lines.length, positions, ...starts], bounds)
}

/** `counts` stand between the bounds and the positions. */
function shape(
  type: number,
  lines: readonly (readonly Position[])[],
  counts: readonly number[],
  bounds: Bounds,
): Buffer {
  const positions = lines.reduce((sum, line) => sum + line.length, 0)
  const record = Buffer.allocUnsafe(36 + 4 * counts.length + 16 * positions)
  const own = nowhere()
  let at = 36
  record.writeInt32LE(type)
  for (const count of counts) at = record.writeInt32LE(count, at)
  for (const line of lines) {
    for (const position of line) {
      widen(own, position)
      at = writePosition(record, position, at)
    }
  }
  for (const [index, value] of own.entries()) record.writeDoubleLE(value, 4 + 8 * index)
  widen(bounds, [own[0], own[1]])
  widen(bounds, [own[2], own[3]])
  return record
}

function widen(bounds: Bounds, [x, y]: Position): void {
  if (x < bounds[0]) bounds[0] = x
  if (y < bounds[1]) bounds[1] = y
  if (x > bounds[2]) bounds[2] = x
  if (y > bounds[3]) bounds[3] = y
}

const writePosition = (record: Buffer, [x, y]: Position, at: number): number =>
  record.writeDoubleLE(y, record.writeDoubleLE(x, at))
