/** What reading a shapefile may cost. Bytes unless stated otherwise. */
export interface ShapefileLimits {
  /** Number of files in the zip. */
  readonly entries: number
  /** .shp, .shx and .dbf each, inflated; the format ends at 2^32. */
  readonly partBytes: number
  /** .prj and .cpg each, inflated. */
  readonly textBytes: number
  /** One shape. */
  readonly shapeBytes: number
  /** Rings times points of one shape: the cost of finding the polygon of each hole. */
  readonly shapeWork: number
}

export const defaultShapefileLimits: ShapefileLimits = {
  entries: 1000,
  partBytes: 2 ** 31,
  textBytes: 2 ** 16,
  shapeBytes: 2 ** 26,
  shapeWork: 10 ** 9,
}

/** Features of one batch of a reader: few enough to hold, enough for one statement. */
export const batchFeatures = 1000
/** Bytes of geometry of such a batch. */
export const batchBytes = 2 ** 22
/** Bytes of .shp records that are decoded together. */
export const decodeBytes = 2 ** 18

/** Characters of a .prj; real ones have less than a thousand. */
export const maxWktLength = 10_000

/** Bytes of each file of a shapefile that is written; some programs use signed 32-bit lengths. */
export const maxShapefileBytes = 2 ** 31 - 1
/** Bytes that are collected before they are written to the temporary file. */
export const spoolBlockBytes = 2 ** 18
