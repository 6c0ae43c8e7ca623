/** What `ST_Transform` calls EPSG:4326 beside a definition as text. */
const degrees = '+proj=longlat +datum=WGS84 +no_defs'

/**
 * SQL of a geometry in EPSG:4326. `definition` is SQL too. A shape that crosses the antimeridian is continued
 * beyond 180 degrees.
 */
export const placedGeometry = (geometry: string, definition: string): string =>
  `(SELECT CASE WHEN ST_XMax(placed) - ST_XMin(placed) > 180 THEN ST_ShiftLongitude(placed) ELSE placed END
    FROM (SELECT ${inDegrees(geometry, definition)} AS placed OFFSET 0) AS shape)`

/** The way back. */
export const fromDegrees = (geometry: string, definition: string): string =>
  `ST_Transform(${geometry}, '${degrees}', ${definition})`

/** The same as it is: with both ends of the longitudes for a shape that crosses the antimeridian. */
export const inDegrees = (geometry: string, definition: string): string =>
  `ST_SetSRID(ST_Transform(${geometry}, ${definition}, '${degrees}'), 4326)`
