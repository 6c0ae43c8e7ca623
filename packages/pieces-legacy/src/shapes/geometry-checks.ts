import type { Queryable } from '@piecework/core/piece'
import type { PolygonGeometry, PolygonShape } from '@piecework/vector-files'
import type { UnitShape } from './coverage/unit-shape.js'

export interface RecordShape {
  /** Number of its record. */
  readonly record: number
  readonly shape: PolygonShape
}

export interface InvalidShape {
  readonly record: number
  /** Without coordinates. */
  readonly reason: string
  /** Undefined if that was not tried. */
  readonly repairable?: boolean
}

/** What validators ask about geometries; a database answers it unless the caller has none. */
export interface GeometryChecks {
  /** The shapes of a batch that are not valid polygons. */
  invalidShapes(shapes: readonly RecordShape[], tx: Queryable): Promise<readonly InvalidShape[]>
  /**
   * Shapes in the coordinates of a reference system, given by its definition as WKT, in EPSG:4326; undefined if
   * it is not known. Absent: such layers are not placed, which is a warning.
   */
  placeShapes?(
    wkt: string,
    shapes: readonly PolygonShape[],
    tx: Queryable,
  ): Promise<readonly PolygonGeometry[] | undefined>
  /**
   * The units that have an area in common with a shape, as their `unit`. Absent: coverage that a point in
   * each unit cannot prove stays unchecked, which is a warning.
   */
  coveredUnits?(
    units: readonly UnitShape[],
    shapes: readonly PolygonShape[],
    tx: Queryable,
  ): Promise<readonly number[]>
}
