import type { CsvRows } from '../../records/csv-rows.js'
import { plainRows } from '../../records/plain-rows.js'

/** Columns that stand in spec.dat only if a feature has them. */
export const optionalSpecColumns = ['target2', 'targetocc', 'sepnum', 'sepdistance', 'type'] as const
export type OptionalSpecColumn = (typeof optionalSpecColumns)[number]
export type SpecColumn = 'id' | 'prop' | 'target' | 'spf' | OptionalSpecColumn | 'name'

export interface SpecContent {
  /** Some feature has a proportion, or an amount, as its goal. -1 means "not set" in a file that has both. */
  readonly anyProp: boolean
  readonly anyTarget: boolean
  /** In the order of `optionalSpecColumns`. */
  readonly optional: readonly OptionalSpecColumn[]
  /** Some name has a comma: tabs stand between the columns, since Marxan cuts a name at the comma, in quotation marks too. */
  readonly commas: boolean
}

/**
 * The columns of a written spec.dat, in their order. No cell may be empty, since Marxan passes over empty cells, and the name comes last,
 * since Marxan takes every blank in it for one more cell.
 * @see Marxan User Manual 5.3.2
 */
export const specColumns = ({
  anyProp,
  anyTarget,
  optional,
}: Omit<SpecContent, 'commas'>): readonly SpecColumn[] => [
  'id',
  ...(anyProp ? (['prop'] as const) : []),
  ...(anyTarget ? (['target'] as const) : []),
  'spf',
  ...optional,
  'name',
]

/**
 * `rows` have the columns of `specColumns`. A name is on one line. Throws `options-invalid` for one with a quotation mark, or with what
 * stands between the columns: Marxan has no way to write it.
 */
export const writeSpec = (rows: CsvRows, content: SpecContent): AsyncIterable<Uint8Array> =>
  plainRows(specColumns(content), content.commas ? '\t' : ',', rows)
