export interface OutputLimits {
  /** Files in the zip. */
  readonly entries: number
  /** Inflated bytes of one file that is read. */
  readonly fileBytes: number
  /** Inflated bytes of all files that are read. */
  readonly totalBytes: number
  /** Inflated bytes of the summary, which is held whole. */
  readonly summaryBytes: number
  /** Runs; Marxan numbers them with five digits. */
  readonly runs: number
}

export const defaultOutputLimits: OutputLimits = {
  entries: 50_000,
  fileBytes: 2 ** 32,
  totalBytes: 2 ** 36,
  summaryBytes: 2 ** 26,
  runs: 100_000,
}

/** Columns of the summary; versions of Marxan have up to 16. */
export const MAX_COLUMNS = 100

/** Longest record, in bytes with its end of line; the matrix of solutions has no such limit. */
export const MAX_RECORD = 1_048_576
