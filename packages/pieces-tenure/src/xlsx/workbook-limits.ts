/** What the format holds. Smaller ones are for tests. */
export interface WorkbookLimits {
  /** UTF-16 units of one cell, at least 64. */
  readonly cellCharacters: number
  /** Rows of one sheet, its header included, at least 2. */
  readonly sheetRows: number
}

/** @see https://support.microsoft.com/en-us/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3 */
export const workbookLimits: WorkbookLimits = { cellCharacters: 32_767, sheetRows: 1_048_576 }

/** Columns of one sheet. */
export const sheetColumns = 16_384
/** UTF-16 units of the name of a sheet. */
export const sheetNameCharacters = 31
