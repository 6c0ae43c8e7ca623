export interface ShapefileLimits {
  /** Files in the zip. */
  readonly entries: number
  /** Inflated bytes of the .shp, .shx and .dbf each; the format itself ends at 2^32. */
  readonly partBytes: number
  /** Inflated bytes of the .prj and .cpg each. */
  readonly textBytes: number
  /** Bytes of one shape. */
  readonly shapeBytes: number
  /** Rings times points of one shape: what it costs to find the polygon of each hole. */
  readonly shapeWork: number
}

export const defaultShapefileLimits: ShapefileLimits = {
  entries: 1000,
  partBytes: 2 ** 31,
  textBytes: 2 ** 16,
  shapeBytes: 2 ** 26,
  shapeWork: 10 ** 9,
}
