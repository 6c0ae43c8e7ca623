/** @see ESRI Shapefile Technical Description, July 1998 */

/** Bytes of the header of .shp and .shx. */
export const shpHeaderBytes = 100
/** First number of .shp and .shx, big endian. */
export const shpFileCode = 9994
export const shpVersion = 1000
export const shpVersionAt = 28
/** Offset of the length of the file in 16-bit words, big endian. */
export const shpLengthAt = 24
export const shpTypeAt = 32
/** Offset of west, south, east and north. */
export const shpBoundsAt = 36

/** Number and length of a .shp record, before its content. */
export const shpRecordHeaderBytes = 8
/** Offset and length of a .shx record. */
export const shxRecordBytes = 8

export const shapeType = {
  none: 0,
  point: 1,
  line: 3,
  polygon: 5,
  multiPoint: 8,
  polygonZ: 15,
  polygonM: 25,
} as const
