import type { FindingCollector } from '@piecework/core/piece'
import type { Batch, Columns } from './columns.js'

/** What a kind of table looks like. */
export interface TableLayout<C extends Columns> {
  readonly columns: C
  /** Columns of the format that are passed over. */
  readonly ignored?: readonly string[]
  /** Columns whose content gets lost: each is a warning. */
  readonly notCarried?: readonly string[]
  /** If the header lacks required columns, the first fields are the columns in their order, with a warning. */
  readonly byPosition?: true
  /** What a row is about, in `subject` of findings: the column with its id. */
  readonly subject?: { readonly kind: string; readonly column: string }
  /** Looks at the names of the header, lower case, before anything else is checked. False, with an error: the table is not read. */
  header?(names: readonly string[], findings: FindingCollector, file: string): boolean
  /** Called with the first field of each row that has more or fewer fields than the header. */
  misfit?(first: string, line: number): void
  /** Called for each row that could be read, and may change it. False, with an error: the row is left out. */
  accept?(batch: Batch<C>, row: number, line: number): boolean
  /** Called behind the last row, if the table could be read to its end. */
  end?(): void
}
