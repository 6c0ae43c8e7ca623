import type { FindingCollector, FindingLocation } from '@piecework/core/piece'
import type { ColumnMeanings } from './column-meanings.js'
import type { Columns } from './columns.js'
import type { TableLayout } from './layout.js'

/** The declared column of each field of a record; undefined for fields that are not read. */
export type HeaderFields = readonly (string | undefined)[]

export interface HeaderContext<C extends Columns> {
  readonly layout: TableLayout<C>
  readonly meanings: ColumnMeanings
  readonly findings: FindingCollector
  readonly location: FindingLocation
}
