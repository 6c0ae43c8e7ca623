export { ewkbPolygons } from './ewkb.js'
export { geoJson } from './geojson.js'
export type { Geometry, GeometryCollection, Position, SimpleGeometry } from './geometry/geometry.js'
export { PlacedShape } from './geometry/placed-shape.js'
export type { PolygonGeometry, ShapeProblem } from './geometry/polygon-geometry.js'
export { type ReadGeometry, readWkb } from './read-wkb.js'
export {
  type DbfField,
  type DbfHeader,
  type DbfRecord,
  dbfRecords,
  decodedText,
  fieldDigits,
  fieldNamed,
  fieldText,
  readDbfHeader,
} from './shapefile/read/dbf.js'
export { layerOf } from './shapefile/read/layer.js'
export { defaultShapefileLimits, type ShapefileLimits } from './shapefile/read/limits.js'
export {
  type Attributes,
  openShapefile,
  type Shapefile,
  type ShapefileFeature,
  type ShapefileOptions,
  type ShapefileRow,
} from './shapefile/read/shapefile.js'
export {
  isAbout,
  type ShapefileFinding,
  type ShapefileLabels,
  shapefileLabels,
  subjectOf,
} from './shapefile/read/shapefile-labels.js'
export { textBytes } from './shapefile/write/dbf.js'
export { type ShapefileZipOptions, shapefileZip } from './shapefile/write/shapefile-zip.js'
export type { Field, FieldType, GeoRow, GeoTable } from './vector-table.js'
