import type { FindingCollector } from '@piecework/core/piece'
import type { Batch, Columns } from './columns.js'

/** What a kind of table looks like. */
export interface TableLayout<C extends Columns> {
  readonly columns: C
  /** Columns that the format has and nobody needs. */
  readonly ignored?: readonly string[]
  /** Columns whose content gets lost: each is a warning. */
  readonly notCarried?: readonly string[]
  /** Where the header lacks required columns, the first fields are the columns in their order, with a warning. */
  readonly byPosition?: true
  /** Looks at the names of the header, lower case, before anything else is checked. False: an error was told, do not read on. */
  header?(names: readonly string[], findings: FindingCollector, file: string): boolean
  /** Called with the first field of each row that has more or fewer fields than the header. */
  misfit?(first: string, line: number): void
  /** Called for each row that could be read, and may change it. False: leave the row out; why has been told. */
  accept?(batch: Batch<C>, row: number, line: number): boolean
}
