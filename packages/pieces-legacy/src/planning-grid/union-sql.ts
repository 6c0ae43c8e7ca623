/** Planning units in each union of the first level; unions in each one of the next levels. */
const first = 256
const further = 16
/** Enough for 16 million units. */
const levels = 4

/** One geometry is its own union. */
const union = `CASE WHEN count(*) = 1 THEN (array_agg(geom))[1] ELSE ST_UnaryUnion(ST_Collect(geom)) END`

/**
 * Selects the union `geom` of the polygons `geom` that `source` selects: one row, NULL if there are none.
 * Neighbours along a space-filling curve (PostGIS's order of geometries) are united first, then the results,
 * level by level: PostGIS can be cancelled between two unions, never during one.
 */
export function unionSql(source: string): string {
  let groups = `SELECT ${union} AS geom, n / ${first} AS n
    FROM (SELECT geom, row_number() OVER (ORDER BY geom) - 1 AS n FROM (${source}) AS shape) AS numbered
    GROUP BY n / ${first}`
  for (let level = 1; level < levels; level += 1)
    groups = `SELECT ${union} AS geom, n / ${further} AS n FROM (${groups}) AS part GROUP BY n / ${further}`
  return `SELECT ST_CollectionExtract(${union}, 3) AS geom FROM (${groups}) AS part`
}
