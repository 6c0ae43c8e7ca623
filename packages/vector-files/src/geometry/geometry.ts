/** Longitude and latitude in degrees, or x and y of another coordinate system. */
export type Position = readonly [x: number, y: number]

/**
 * A geometry to be written, as in GeoJSON: never empty, all coordinates finite. Shapes that are read are
 * `PolygonShape`s.
 */
export type Geometry = SimpleGeometry | GeometryCollection

export type SimpleGeometry =
  | Shape<'Point', Position>
  | Shape<'MultiPoint', readonly Position[]>
  | Shape<'LineString', readonly Position[]>
  | Shape<'MultiLineString', readonly (readonly Position[])[]>
  | Shape<'Polygon', readonly (readonly Position[])[]>
  | Shape<'MultiPolygon', readonly (readonly (readonly Position[])[])[]>

interface Shape<Type, Coordinates> {
  readonly type: Type
  readonly coordinates: Coordinates
}

interface GeometryCollection {
  readonly type: 'GeometryCollection'
  readonly geometries: readonly Geometry[]
}
