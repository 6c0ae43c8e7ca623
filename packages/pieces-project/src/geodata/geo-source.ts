import type { FieldType } from '@piecework/vector-files'

export interface SourceColumn {
  readonly name: string
  readonly type: FieldType
  /** Its value as SQL. */
  readonly sql: string
}

/** Where the rows of a table come from, as SQL that holds no value of users but quoted ones. */
export interface GeoSource {
  readonly name: string
  readonly polygonal: boolean
  readonly columns: readonly SourceColumn[]
  /** SQL of a geometry, or null. */
  readonly geometry: string
  /** What follows FROM. */
  readonly from: string
  readonly orderBy: string
}
