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
