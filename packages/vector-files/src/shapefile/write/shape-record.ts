import type { Position, SimpleGeometry } from '../../geometry/geometry.js'
import { orientRings } from '../../geometry/orient-rings.js'
import { shapeType } from '../shp-format.js'
import type { LayerKind } from './layer-kind.js'

export const shapeTypes: Readonly<Record<LayerKind, number>> = {
  points: shapeType.point,
  lines: shapeType.line,
  polygons: shapeType.polygon,
  multipoints: shapeType.multiPoint,
}

/** West, south, east, north. */
export type Bounds = [number, number, number, number]

export const emptyBounds = (): Bounds => [
  Number.POSITIVE_INFINITY,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
]

/** The content of a .shp record; a null shape if there is no geometry. Widens `bounds` to contain it. */
export function shapeRecord(geometry: SimpleGeometry | null, bounds: Bounds): Buffer {
  if (!geometry) return nullShape()
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
      return parts(shapeTypes.polygons, orientRings(geometry.coordinates, 'clockwise'), bounds)
    case 'MultiPolygon':
      return parts(
        shapeTypes.polygons,
        geometry.coordinates.flatMap((rings) => orientRings(rings, 'clockwise')),
        bounds,
      )
  }
}

/** Zero is the type of null shapes. */
const nullShape = (): Buffer => Buffer.alloc(4)

function parts(type: number, lines: readonly (readonly Position[])[], bounds: Bounds): Buffer {
  let positions = 0
  const starts: number[] = []
  for (const line of lines) {
    starts.push(positions)
    positions += line.length
  }
  return shape(type, lines, [lines.length, positions, ...starts], bounds)
}

/** `counts` are written between the bounds and the positions. */
function shape(
  type: number,
  lines: readonly (readonly Position[])[],
  counts: readonly number[],
  bounds: Bounds,
): Buffer {
  const positions = lines.reduce((sum, line) => sum + line.length, 0)
  const record = Buffer.allocUnsafe(36 + 4 * counts.length + 16 * positions)
  const own = emptyBounds()
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
