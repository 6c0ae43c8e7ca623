import type { Geometry } from './geometry/geometry.js'

export type FieldType = 'integer' | 'double' | 'text' | 'boolean' | 'date'

export interface OutputField {
  /** Any text; unique in the layer. */
  readonly name: string
  readonly type: FieldType
  /** Bytes of the longest value as UTF-8; used for integers and texts only. */
  readonly width: number
}

export interface OutputFeature {
  /** One for each field, as PostgreSQL prints them: `1e-07`, `t`, `2026-01-31`. */
  readonly values: readonly (string | null)[]
  readonly geometry: Geometry | null
}

/** A layer to be written into files for GIS programs; in WGS 84, unless the writer takes another `prj`. */
export interface OutputLayer {
  /** Start of the file names: `[a-z0-9_]`. */
  readonly name: string
  /** All geometries are polygons: there is one shapefile, named like the layer. */
  readonly polygonal: boolean
  readonly fields: readonly OutputField[]
  /** In batches, in the same order each time. Called once for each file that is written. */
  features(): AsyncIterable<readonly OutputFeature[]>
}
