import { ewkbType } from '../output/ewkb.js'

export const ewktTypes: Readonly<Record<string, number>> = {
  POINT: ewkbType.point,
  LINESTRING: ewkbType.lineString,
  POLYGON: ewkbType.polygon,
  MULTIPOINT: ewkbType.multiPoint,
  MULTILINESTRING: ewkbType.multiLineString,
  MULTIPOLYGON: ewkbType.multiPolygon,
  GEOMETRYCOLLECTION: ewkbType.collection,
  CIRCULARSTRING: ewkbType.circularString,
  COMPOUNDCURVE: ewkbType.compoundCurve,
  CURVEPOLYGON: ewkbType.curvePolygon,
  MULTICURVE: ewkbType.multiCurve,
  MULTISURFACE: ewkbType.multiSurface,
  POLYHEDRALSURFACE: ewkbType.polyhedralSurface,
  TIN: ewkbType.tin,
  TRIANGLE: ewkbType.triangle,
}

/** What stands without its name inside of these. */
export const memberOf: Readonly<Record<number, number>> = {
  [ewkbType.multiPoint]: ewkbType.point,
  [ewkbType.multiLineString]: ewkbType.lineString,
  [ewkbType.multiPolygon]: ewkbType.polygon,
  [ewkbType.compoundCurve]: ewkbType.lineString,
  [ewkbType.curvePolygon]: ewkbType.lineString,
  [ewkbType.multiCurve]: ewkbType.lineString,
  [ewkbType.multiSurface]: ewkbType.polygon,
  [ewkbType.polyhedralSurface]: ewkbType.polygon,
  [ewkbType.tin]: ewkbType.triangle,
}

const curves: readonly number[] = [ewkbType.lineString, ewkbType.circularString, ewkbType.compoundCurve]

/** What may stand with its name inside of these; anything inside of a collection. */
export const namedIn: Readonly<Record<number, readonly number[]>> = {
  [ewkbType.multiPoint]: [ewkbType.point],
  [ewkbType.multiLineString]: [ewkbType.lineString],
  [ewkbType.multiPolygon]: [ewkbType.polygon],
  [ewkbType.compoundCurve]: [ewkbType.lineString, ewkbType.circularString],
  [ewkbType.curvePolygon]: curves,
  [ewkbType.multiCurve]: curves,
  [ewkbType.multiSurface]: [ewkbType.polygon, ewkbType.curvePolygon],
  [ewkbType.polyhedralSurface]: [ewkbType.polygon],
  [ewkbType.tin]: [ewkbType.triangle],
}
