import type { Spill } from '../spill.js'

export type CellValue = string | number | boolean | null

export interface ColumnToWrite {
  readonly name: string
  /**
   * What cells hold; a value of another type becomes text. A `number` is also taken as decimal text, which stays text where
   * a double does not hold exactly that.
   */
  readonly type: 'text' | 'number' | 'boolean'
  /** For texts that are too long for a cell. Without it, one fails the workbook. */
  readonly spill?: Spill
}

export interface SheetToWrite {
  /** At most 31 characters, none of `[]:*?/\`, no `(2)` at the end; sheets differ in more than case. */
  readonly name: string
  readonly columns: readonly ColumnToWrite[]
  /** Batches, read once, when the sheet's turn has come. A row without any value is not read back. */
  readonly rows:
    | Iterable<readonly (readonly CellValue[])[]>
    | AsyncIterable<readonly (readonly CellValue[])[]>
}
