export {
  type AttributeField,
  type AttributeRecord,
  type AttributeTable,
  fieldNamed,
} from './attribute-table.js'
export type { ShapefileLimits } from './defaults.js'
export { geoJson } from './geojson.js'
export type { Geometry, Position } from './geometry/geometry.js'
export { type PolygonGeometry, polygonOnEarth, type ShapeProblem } from './geometry/place-polygons.js'
export type { PolygonShape } from './geometry/polygon-shape.js'
export type { Polygons, Ring } from './geometry/ring.js'
export { type LayerLabels, layerLabels } from './layer-labels.js'
export type { FieldType, OutputFeature, OutputField, OutputLayer } from './output-layer.js'
export { dbfTextBytes } from './shapefile/dbf-format.js'
export { openDbf } from './shapefile/read/dbf-table.js'
export { openAttributes } from './shapefile/read/open-attributes.js'
export { openShapefile, type ShapefileOptions, shapefileChecks } from './shapefile/read/open-shapefile.js'
export {
  type ShapefileFiles,
  type ShapefileFilesOptions,
  ShapefileWriter,
} from './shapefile/write/shapefile-writer.js'
export { type ShapefileZipOptions, shapefileZip } from './shapefile/write/shapefile-zip.js'
export type { LayerFeature, LayerRow, RowReader, VectorLayer } from './vector-layer.js'
export { type ReadGeometry, readWkb } from './wkb/read-wkb.js'
