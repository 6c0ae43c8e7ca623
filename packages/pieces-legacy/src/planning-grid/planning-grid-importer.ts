import {
  type ImportContext,
  type PieceCounts,
  type PieceImporter,
  PieceworkError,
} from '@piecework/core/piece'
import { type Grid, openGrid } from '@piecework/marxan-files'
import { projectTables } from '@piecework/pieces-project'
import { uuidExpression } from '@piecework/postgres'
import { placedGeometry } from '../shapes/place-sql.js'
import { repairedGeometry } from '../shapes/repair-sql.js'
import { assertRowCount } from '../staging/assert-row-count.js'
import { GridRows } from './grid-rows.js'

/** The grid's shapes as planning units, with their ids in the files as `puid`. */
export const planningGridImporter: PieceImporter = {
  import: async (context) =>
    insertUnits(context, await openGrid(context.entries, { signal: context.signal, crs: 'any' })),
}

async function insertUnits(context: ImportContext, grid: Grid): Promise<PieceCounts> {
  const { tx } = context
  await tx.query('CREATE TEMPORARY TABLE legacy_grid (puid integer, geom geometry) ON COMMIT DROP')
  const units = new GridRows(context, grid)
  let inserted = 0
  try {
    while (!units.ended) {
      inserted += await tx.copyIn(
        {
          table: projectTables.planning_units,
          columns: ['id', 'project_id', 'puid', 'geom'],
          format: 'binary',
        },
        units.convex(),
      )
      await tx.copyIn({ table: 'legacy_grid', columns: ['puid', 'geom'], format: 'binary' }, units.held())
    }
  } finally {
    await units.close()
  }
  inserted += await insertRepaired(context, grid.wkt)
  assertRowCount('The planning grid', units.count, inserted)
  if (units.count === 0) throw new PieceworkError('validation-failed', 'The planning grid has no features')
  const skipped = grid.records - units.count
  if (skipped > 0)
    context.finding({
      severity: 'warning',
      code: 'legacy/grid-deleted',
      file: 'planning-grid',
      message: `${skipped} deleted records of the planning grid were skipped`,
      count: skipped,
    })
  return { rows: inserted, skipped }
}

/** The units of `legacy_grid`. */
async function insertRepaired(
  { tx, ids, resource }: ImportContext,
  wkt: string | undefined,
): Promise<number> {
  const placed = wkt === undefined ? 'geom' : placedGeometry('geom', '$2::text')
  const { rowCount } = await tx.query(
    `INSERT INTO ${projectTables.planning_units} (id, project_id, puid, geom)
     SELECT ${uuidExpression(ids.key('planning_units'), 'puid')}, $1::uuid, puid, geom
     FROM (SELECT puid, ${repairedGeometry('geom')} AS geom
           FROM (SELECT puid, ${placed} AS geom FROM legacy_grid OFFSET 0) AS placed) AS repaired
     WHERE NOT ST_IsEmpty(geom)`,
    [resource.id, ...(wkt === undefined ? [] : [wkt])],
  )
  return rowCount
}
