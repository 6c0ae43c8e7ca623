import type { Geometry } from './geometry/geometry.js'

export type FieldType = 'integer' | 'double' | 'text' | 'boolean' | 'date'

export interface Field {
  /** Any text; differs from those of the other fields. */
  readonly name: string
  readonly type: FieldType
  /** Bytes of the longest value as UTF-8; asked for integers and texts only. */
  readonly width: number
}

export interface GeoRow {
  /** One for each field, as PostgreSQL prints them: `1e-07`, `t`, `2026-01-31`. */
  readonly values: readonly (string | null)[]
  /** Null where there is none. */
  readonly geometry: Geometry | null
}

/** Rows with geometry in WGS 84, to be written into files that GIS programs open. */
export interface GeoTable {
  /** Begins the names of files. `[a-z0-9_]`. */
  readonly name: string
  /** All geometries are polygons: there is one layer, named like the table. */
  readonly polygonal: boolean
  readonly fields: readonly Field[]
  /** In batches, always in the same order. Opened once for each file that is made of them. */
  rows(): AsyncIterable<readonly GeoRow[]>
}
