import type { Spill } from '../spill.js'
import type { CellValue } from '../write/sheet-to-write.js'

export interface TableRow {
  /** Of several that hold one table: `locations (2)`. */
  readonly sheet: string
  /** In that sheet, from 1. */
  readonly line: number
  /** One for each column of the table. */
  readonly values: readonly CellValue[]
}

/** A table of a workbook, from as many sheets as it fills. */
export interface TableToRead {
  readonly name: string
  readonly columns: readonly string[]
  /**
   * In batches; a row without any value is left out. A formula is its last value. Throws
   * `tenure/workbook-invalid` for cells that are dates, errors, formulas without a value, or merged. `spills`: where long values of columns went; default: as the options of the workbook say.
   */
  rows(spills?: Readonly<Record<string, Spill>>): AsyncGenerator<readonly TableRow[]>
}
