/** Bytes of an uploaded export. */
export const mostUploadBytes = 2 ** 34
/** Files of its zip: those of its resources may be there. */
export const mostUploadFiles = 200_000
/** Bytes of one record of a CSV file, and of a workbook that lies in a zip. */
export const mostRecordBytes = 2 ** 26
export const mostWorkbookBytes = 2 ** 32
/** Rows of one table: ids of locations and parties are held in memory. */
export const mostRows = 5_000_000
/** Of one table: as many as a sheet has. */
export const mostColumns = 16_384
/** Inflated bytes of an upload to those of its zip; not asked of the first 64 MB. */
export const mostRatio = 400
export const ratioFreeBytes = 2 ** 26
/** Characters of an id. */
export const longestId = 200
/** Rows of the table that says how attributes are read. */
export const mostAttributeRows = 20_000
/** Open elements of JSON in a cell, and geometries within geometries. */
export const jsonDepth = 100
export const geometryDepth = 32
/** Bytes of one shape of a shapefile. */
export const mostShapeBytes = 2 ** 26
/** Columns of a table of a GeoPackage, beside its key: SQLite holds 2,000. */
export const mostGpkgColumns = 1999

/** Of an API that is read. Times in ms. */
export const apiDefaults = {
  /** Of one request, the first one included. */
  attempts: 5,
  /** Before the second attempt; twice as long before each later one. */
  firstWaitMs: 1000,
  /** A server that asks for more is not waited for. */
  longestWaitMs: 5 * 60_000,
  /** For a page. */
  pageMs: 30_000,
  /** A file, from the first byte to the last. */
  fileMs: 60 * 60_000,
  /** No byte comes. */
  idleMs: 30_000,
  /** Of a page, in bytes: it is held as a whole. */
  pageBytes: 16 * 1024 * 1024,
  /** Of an address. */
  addressCharacters: 4000,
} as const
