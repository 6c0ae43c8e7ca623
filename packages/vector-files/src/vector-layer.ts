import type { NewFinding } from '@piecework/core/piece'
import type { AttributeRecord, AttributeTable } from './attribute-table.js'
import type { PolygonGeometry } from './geometry/place-polygons.js'

/** Picks what is needed from the attributes of each record. */
export interface RowReader<Row> {
  read(record: AttributeRecord): Row
  /** Warnings about the choice of attributes. */
  readonly findings: readonly NewFinding[]
}

/** Finds the attributes in a table. Throws an error of the labels if they are missing. */
export type FindAttributes<Reader> = (table: AttributeTable, layer: string) => Reader | Promise<Reader>

export interface LayerRow<Row> {
  /** From 1; deleted records are counted. */
  readonly record: number
  readonly row: Row
}

export interface LayerFeature<Row> extends LayerRow<Row> {
  /** In EPSG:4326, unless the layer has a `wkt`. */
  readonly geometry: PolygonGeometry
}

/**
 * The one layer of an uploaded vector file, whatever its format. Nothing is written to disk or held open:
 * each call of `rows` or `features` reads the upload again, as a stream.
 */
export interface VectorLayer<Reader extends RowReader<unknown>> {
  readonly name: string
  /** Name of the coordinate reference system of the file. */
  readonly crs: string
  /** Definition of a coordinate reference system that only PROJ may know: geometries are in its coordinates. */
  readonly wkt?: string
  readonly attributes: Reader
  /** Number of records; deleted ones are counted. */
  readonly records: number
  /** Warnings about the layer as a whole. */
  readonly findings: readonly NewFinding[]
  /** The attributes alone, without deleted records. */
  rows(): AsyncIterable<readonly LayerRow<ReturnType<Reader['read']>>[]>
  features(): AsyncIterable<readonly LayerFeature<ReturnType<Reader['read']>>[]>
}
