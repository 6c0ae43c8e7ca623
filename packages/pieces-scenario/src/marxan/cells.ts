/** Shapes that touch are found by the cells of a raster that they share: an export makes no index. */

/** Rounding errors of coordinates in degrees; a tenth of a millimetre. */
export const tolerance = '1e-9'

/** A geometry that can be cut. */
export const valid = (geom: string): string =>
  `CASE WHEN ST_IsValid(${geom}) THEN ${geom} ELSE ST_MakeValid(${geom}) END`

/** Bounding boxes of the shapes `(n, geom)` of a common table expression. */
export const boxesOf = (shapes: string): string => `
  SELECT n, ST_XMin(geom) - ${tolerance} AS x0, ST_YMin(geom) - ${tolerance} AS y0,
         ST_XMax(geom) + ${tolerance} AS x1, ST_YMax(geom) + ${tolerance} AS y1
  FROM ${shapes}`

/** Size of a cell: that of an average box. */
export const cellSizeOf = (boxes: string): string =>
  `SELECT greatest(avg(x1 - x0), ${tolerance}) AS w, greatest(avg(y1 - y0), ${tolerance}) AS h FROM ${boxes}`

/**
 * Numbers of the cells from one coordinate to another. As an array, since PostgreSQL expects a thousand rows
 * of every series.
 */
const numbers = (from: string, to: string, size: string): string =>
  `unnest(ARRAY(SELECT generate_series(floor(${from} / ${size})::bigint, floor(${to} / ${size})::bigint)))`

/** Cells that each box covers. Needs the expression `size`. */
export const cellsOf = (boxes: string): string => `
  SELECT box.*, cx, cy
  FROM ${boxes} AS box, size, ${numbers('x0', 'x1', 'w')} AS cx, ${numbers('y0', 'y1', 'h')} AS cy`

/**
 * Whether the boxes of two rows of cells `a` and `b` meet, once for each pair: in the cell of the corner
 * where they do.
 */
export const meet = `
  a.cx = b.cx AND a.cy = b.cy AND a.x0 <= b.x1 AND b.x0 <= a.x1 AND a.y0 <= b.y1 AND b.y0 <= a.y1
  AND a.cx = floor(greatest(a.x0, b.x0) / size.w)::bigint AND a.cy = floor(greatest(a.y0, b.y0) / size.h)::bigint`
