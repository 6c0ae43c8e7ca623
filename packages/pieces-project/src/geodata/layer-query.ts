import type { FieldType } from '@piecework/vector-files'

export interface QueryColumn {
  readonly name: string
  readonly type: FieldType
  /** Its value as SQL. */
  readonly sql: string
}

/** The SQL of a layer. Values of users in it are quoted literals. */
export interface LayerQuery {
  readonly name: string
  readonly polygonal: boolean
  readonly columns: readonly QueryColumn[]
  /** SQL of a geometry or null. */
  readonly geometry: string
  /** What follows FROM. */
  readonly from: string
  readonly orderBy: string
}
