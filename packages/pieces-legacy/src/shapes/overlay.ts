import type { Transaction, WorkContext } from '@piecework/core/piece'
import { projectTables } from '@piecework/pieces-project'
import { overlayStatementUnits, overlayVertices } from '../defaults.js'

/**
 * Copies valid geometries into the indexed temporary table `legacy_pieces (…columns, geom)`, cut into small
 * pieces. `source` selects the columns and `geom`.
 */
export async function cutPieces(
  tx: Transaction,
  columns: readonly string[],
  source: string,
  values: readonly unknown[],
): Promise<void> {
  const named = columns.map((column) => `${column}, `).join('')
  await tx.query(
    `CREATE TEMPORARY TABLE legacy_pieces ON COMMIT DROP AS
     SELECT ${named}ST_Subdivide(geom, ${overlayVertices}) AS geom FROM (${source}) AS shape`,
    values,
  )
  await tx.query('CREATE INDEX ON legacy_pieces USING gist (geom)')
  await tx.query('ANALYZE legacy_pieces')
}

/** SQL of what a planning unit `unit` and a piece `piece` have in common. */
export const common = `CASE WHEN ST_CoveredBy(unit.geom, piece.geom) THEN unit.geom
  ELSE ST_CollectionExtract(ST_Intersection(unit.geom, piece.geom), 3) END`

/**
 * SQL of the area in square metres (EPSG:3410), rounded to square millimetres so that neighbours that touch
 * have nothing in common.
 */
export const areaOf = (geometry: string): string =>
  `round(ST_Area(ST_Transform(${geometry}, 3410))::numeric, 3)::float8`

/**
 * Runs a statement for all planning units in batches, in the order of their ids: `$1` is the project, the
 * batch has the units with a `puid` above `$2` and up to `$3`; further values begin with `$4`. Resolves to
 * the sum of row counts.
 */
export async function forUnits(
  { tx, progress, signal }: Pick<WorkContext, 'progress' | 'signal'> & { readonly tx: Transaction },
  project: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<number> {
  let after = -1
  let done = 0
  let affected = 0
  const all = await tx.query<{ units: number }>(
    `SELECT count(*)::integer AS units FROM ${projectTables.planning_units} WHERE project_id = $1::uuid`,
    [project],
  )
  for (;;) {
    signal.throwIfAborted()
    const { rows } = await tx.query<{ last: number | null; units: number }>(
      `SELECT max(puid) AS last, count(*)::integer AS units
       FROM (SELECT puid FROM ${projectTables.planning_units} WHERE project_id = $1::uuid AND puid > $2
             ORDER BY puid LIMIT ${overlayStatementUnits}) AS next`,
      [project, after],
    )
    const { last = null, units = 0 } = rows[0] ?? {}
    if (last === null) return affected
    affected += (await tx.query(sql, [project, after, last, ...values])).rowCount
    after = last
    done += units
    progress(done, all.rows[0]?.units ?? 0)
  }
}

/** SQL condition for the units of such a batch. */
export const theseUnits = 'unit.project_id = $1::uuid AND unit.puid > $2 AND unit.puid <= $3'
