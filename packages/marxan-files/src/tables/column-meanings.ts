import type { Columns } from './columns.js'
import type { TableLayout } from './layout.js'

interface ColumnMeaning {
  /** Declared column; undefined for one that is passed over. */
  readonly column?: string
  /** Its content gets lost. */
  readonly notCarried?: true
}

/** What the columns of a header mean, by name in lower case. */
export type ColumnMeanings = ReadonlyMap<string, ColumnMeaning>

export function columnMeanings<C extends Columns>(layout: TableLayout<C>): ColumnMeanings {
  const names = new Map<string, ColumnMeaning>()
  for (const name of layout.ignored ?? []) names.set(name.toLowerCase(), {})
  for (const name of layout.notCarried ?? []) names.set(name.toLowerCase(), { notCarried: true })
  for (const [column, { aliases }] of Object.entries(layout.columns))
    for (const name of [column, ...(aliases ?? [])]) names.set(name.toLowerCase(), { column })
  return names
}
