/** Longitude and latitude in degrees. */
export type Position = readonly [number, number]

/** As GeoJSON has them; never empty, and all coordinates are finite. */
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

export interface GeometryCollection {
  readonly type: 'GeometryCollection'
  readonly geometries: readonly Geometry[]
}
