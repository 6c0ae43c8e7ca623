import type { Geometry } from '@piecework/vector-files'
import { type Coordinates, type Ewkb, ewkbType } from './ewkb.js'

/** Kinds that have a shapefile each, in their order. */
export const shapeKinds = [
  'points',
  'multipoints',
  'linestrings',
  'multilinestrings',
  'polygons',
  'multipolygons',
] as const

export type ShapeKind = (typeof shapeKinds)[number]

export type Shape =
  | { readonly kind: ShapeKind; readonly geometry: Geometry }
  /** Why it has no place in a shapefile. */
  | { readonly kind: 'empty' | 'collection' | 'unsupported' }

/** What a shapefile holds of a geometry: x and y. */
export function shapeOf({ type, positions = [], rings = [], members = [] }: Ewkb): Shape {
  if (type === ewkbType.collection) return { kind: 'collection' }
  const parts = () => members.map(({ positions = [] }) => flatLine(positions)).filter(isFilled)
  switch (type) {
    case ewkbType.point:
      return shape('points', flatLine(positions), ([coordinates]) => ({ type: 'Point', coordinates }))
    case ewkbType.lineString:
      return shape('linestrings', flatLine(positions), (coordinates) => ({ type: 'LineString', coordinates }))
    case ewkbType.polygon:
      return shape('polygons', flatRings(rings), (coordinates) => ({ type: 'Polygon', coordinates }))
    case ewkbType.multiPoint:
      return shape('multipoints', parts().flat(), (coordinates) => ({ type: 'MultiPoint', coordinates }))
    case ewkbType.multiLineString:
      return shape('multilinestrings', parts(), (coordinates) => ({ type: 'MultiLineString', coordinates }))
    case ewkbType.multiPolygon: {
      const polygons = members.map(({ rings = [] }) => flatRings(rings)).filter(isFilled)
      return shape('multipolygons', polygons, (coordinates) => ({ type: 'MultiPolygon', coordinates }))
    }
    default:
      return { kind: 'unsupported' }
  }
}

type Position = readonly [x: number, y: number]
type Nested = Position | readonly Nested[]

function shape<T extends Nested>(
  kind: ShapeKind,
  parts: readonly T[],
  geometry: (parts: readonly [T, ...T[]]) => Geometry,
): Shape {
  const [first, ...others] = parts
  if (first === undefined) return { kind: 'empty' }
  if (!isFiniteShape(parts)) return { kind: 'unsupported' }
  return { kind, geometry: geometry([first, ...others]) }
}

const flat = (given: Coordinates): Position =>
  given.length === 2 ? (given as Position) : [given[0], given[1]]
/** The same list if it is of two numbers, as nearly all are. */
const flatLine = (line: readonly Coordinates[]): readonly Position[] =>
  line[0]?.length === 2 ? (line as readonly Position[]) : line.map(flat)
const flatRings = (rings: readonly (readonly Coordinates[])[]) => rings.filter(isFilled).map(flatLine)
const isFilled = (parts: readonly unknown[]): boolean => parts.length > 0

function isFiniteShape(nested: Nested): boolean {
  for (const one of nested)
    if (typeof one === 'number' ? !Number.isFinite(one) : !isFiniteShape(one)) return false
  return true
}
