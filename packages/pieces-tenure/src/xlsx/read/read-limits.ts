/** What reading a workbook may cost. Beyond: `tenure/workbook-limit`. */
export interface ReadLimits {
  /** Files in the zip. */
  readonly files: number
  /** Bytes of all of them, inflated. */
  readonly totalBytes: number
  /** These to the bytes of the zip; not checked up to `ratioFreeBytes`. */
  readonly ratio: number
  readonly ratioFreeBytes: number
  /** Bytes of a part that says where others are. */
  readonly directoryBytes: number
  readonly sheets: number
  /** They are held in memory. */
  readonly sharedStrings: number
  /** UTF-16 units of all of them. */
  readonly sharedCharacters: number
  /** UTF-16 units of one cell, and of any other piece of XML that is read as one. */
  readonly cellCharacters: number
  readonly sheetRows: number
  /** Of sheets that hold parts of long values, and CSV files of them; where they are is held in memory. */
  readonly spilledRows: number
  /** Bytes of one long value. */
  readonly spilledBytes: number
}

export const readLimits: ReadLimits = {
  files: 10_000,
  totalBytes: 2 ** 34,
  ratio: 400,
  ratioFreeBytes: 2 ** 26,
  directoryBytes: 2 ** 24,
  sheets: 1000,
  sharedStrings: 2 ** 22,
  sharedCharacters: 2 ** 26,
  cellCharacters: 2 ** 20,
  sheetRows: 1_048_576,
  spilledRows: 2 ** 20,
  spilledBytes: 2 ** 28,
}

/** Open elements, one within the other. */
export const xmlDepth = 64
/** Attributes of one element. */
export const xmlAttributes = 256
