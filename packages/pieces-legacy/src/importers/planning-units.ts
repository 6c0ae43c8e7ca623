import { type ImportContext, type PieceCounts, type PieceImporter, PieceworkError } from '@piecework/core'
import { uuidExpression } from '@piecework/postgres'
import { type Grid, openGrid } from '../grid/grid.js'
import { planningGrid } from '../grid/grid-problem.js'
import { repairedGeometry } from '../shapefile/repair-sql.js'
import { expectAll } from './expect-all.js'

/** The grid's shapes as planning units, with the ids that the files know them by. */
export const planningUnitsImporter: PieceImporter = {
  import: async (context) => {
    const grid = await openGrid(context.entries, { signal: context.signal })
    try {
      return await insertUnits(context, grid)
    } finally {
      grid.close()
    }
  },
}

async function insertUnits(context: ImportContext, grid: Grid): Promise<PieceCounts> {
  const { tx, ids, resource, progress } = context
  await tx.query('CREATE TEMPORARY TABLE legacy_grid (puid integer, geom geometry) ON COMMIT DROP')
  let units = 0
  const csv = async function* (): AsyncGenerator<Uint8Array> {
    for await (const batch of grid.features()) {
      let lines = ''
      for (const { record, id, geometry } of batch) {
        if (!('id' in id) || !('ewkb' in geometry))
          throw planningGrid.problem(
            'unreadable',
            `Record ${record} of the planning grid is no planning unit`,
          )
        lines += `${id.id},${geometry.ewkb}\n`
      }
      units += batch.length
      progress(units, grid.records)
      yield Buffer.from(lines)
    }
  }
  await tx.copyIn({ table: 'legacy_grid', columns: ['puid', 'geom'] }, csv())
  const { rowCount } = await tx.query(
    `INSERT INTO planning.planning_units (id, project_id, puid, geom)
     SELECT ${uuidExpression(ids.key('planning_units'), 'puid')}, $1::uuid, puid, geom
     FROM (SELECT puid, ${repairedGeometry('geom')} AS geom FROM legacy_grid) AS repaired
     WHERE NOT ST_IsEmpty(geom)`,
    [resource.id],
  )
  expectAll('The planning grid', units, rowCount)
  await tx.query(`UPDATE planning.projects SET grid_shape = 'custom' WHERE id = $1`, [resource.id])
  if (units === 0) throw new PieceworkError('validation-failed', 'The planning grid has no features')
  const skipped = grid.records - units
  if (skipped > 0)
    context.finding({
      severity: 'warning',
      code: 'legacy/grid-deleted',
      file: 'planning-grid',
      message: `${skipped} deleted records of the planning grid were skipped`,
      count: skipped,
    })
  return { rows: rowCount, skipped }
}
