/** Codes of geometry types in WKB. */
export const wkbType = {
  point: 1,
  lineString: 2,
  polygon: 3,
  multiPoint: 4,
  multiLineString: 5,
  multiPolygon: 6,
  geometryCollection: 7,
  polyhedralSurface: 15,
  tin: 16,
  triangle: 17,
} as const

/** First byte of each geometry. */
export const littleEndian = 1
