/** Limits and sizes of this package. Bytes are inflated ones unless a comment says otherwise. */

const megabyte = 1024 ** 2
const gigabyte = 1024 ** 3

/** Largest input.dat that is read, in bytes. */
export const maxInputDatBytes = megabyte

/** Longest record of a delimited file, in bytes with its end of line. */
export const maxRecordBytes = megabyte

/** Rows of a batch of a table. */
export const batchRows = 8192

/** Longest label of a row or column in a solutions matrix, in bytes. */
export const maxMatrixLabelBytes = 32

/** Columns of a solutions matrix beyond the number of planning units, each of them reported, before the file is given up. */
export const maxSurplusMatrixColumns = 1000

/** Columns of a summary of runs; versions of Marxan write up to 16. */
export const maxSummaryColumns = 100

/** Records of a .dbf that are looked at to find attributes that might hold the planning units' ids. */
export const idAttributeRecords = 10_000

/** Bytes at the beginning of a .dat file that decide whether it is an input.dat. */
export const inputDatHeadBytes = 65_536

/** Bytes at the beginning of a table that hold its header. */
export const tableHeadBytes = 16_384

/** Tables whose columns are looked at in a folder without input.dat. */
export const maxTablesLookedAt = 1000

/** How far below a folder without input.dat its tables are looked for, and in how many folders. */
export const tableFolders = { depth: 4, folders: 200 }

/** Bytes of one chunk of a file in a folder. */
export const fileChunkBytes = 2 ** 18

/** Longest name of a feature or a layer that comes with an upload, in characters. */
export const maxNameCharacters = 1000

/** Characters of a value, and of a header, that a message repeats; names in it; unusual characters in it by their names. */
export const shownCharacters = 40
export const shownHeaderCharacters = 200
export const shownNames = 10
export const namedCharactersMost = 3

/** Files with a similar name that a finding about a missing file lists. */
export const maxSimilarFiles = 5

export interface OutputLimits {
  /** Files in the zip. */
  readonly entries: number
  /** Bytes of one file that is read. */
  readonly fileBytes: number
  /** Bytes of all files that are read. */
  readonly totalBytes: number
  /** Bytes of the summary, which is held whole. */
  readonly summaryBytes: number
  /** Runs; Marxan numbers them with five digits. */
  readonly runs: number
}

export const defaultOutputLimits: OutputLimits = {
  entries: 50_000,
  fileBytes: 4 * gigabyte,
  totalBytes: 64 * gigabyte,
  summaryBytes: 64 * megabyte,
  runs: 100_000,
}

/** Largest upload of each role, in bytes as they are uploaded. */
export const maxUploadBytes = {
  'planning-grid': 4 * gigabyte,
  'input.dat': 16 * megabyte,
  'pu.dat': gigabyte,
  'spec.dat': gigabyte / 4,
  'puvspr.dat': 16 * gigabyte,
  'bound.dat': 4 * gigabyte,
  output: 4 * gigabyte,
  features: gigabyte,
  'cost-surface': gigabyte,
  'protected-areas': gigabyte,
} as const
