import type { ImportContext, PieceCounts } from '@piecework/core/piece'
import { projectTables } from '@piecework/pieces-project'
import type { VectorLayer } from '@piecework/vector-files'
import { costShapefile as labels } from '../shapes/labels.js'
import { areaOf, common, cutPieces, forUnits, theseUnits } from '../shapes/overlay.js'
import { repairedGeometry } from '../shapes/repair-sql.js'
import { stageShapes } from '../shapes/stage-shapes.js'
import type { CostAttributes } from './cost-attributes.js'
import { costOf } from './cost-of.js'

/**
 * The cost of each unit: the mean of the shapes that cover it, weighted by the areas they have in common with
 * it.
 */
export async function insertCostsByShape(
  context: ImportContext,
  shapefile: VectorLayer<CostAttributes>,
  surface: string,
): Promise<PieceCounts> {
  const { tx, resource } = context
  const { shapes, skipped } = await stageShapes(
    context,
    labels,
    shapefile,
    { cost: 'double precision' },
    ({ row }) => String(costOf(row)),
  )
  await cutPieces(
    tx,
    ['cost'],
    `SELECT cost, ${repairedGeometry('geom')} AS geom FROM (SELECT cost, geom FROM legacy_shapes OFFSET 0) AS given`,
    [],
  )
  await forUnits(
    context,
    resource.id,
    `INSERT INTO ${projectTables.cost_surface_values} (cost_surface_id, planning_unit_id, cost)
     SELECT $4::uuid, unit.id, mean.cost
     FROM ${projectTables.planning_units} AS unit CROSS JOIN LATERAL (
       SELECT CASE WHEN min(cost) = max(cost) THEN min(cost) ELSE sum(cost * (area / whole)) END AS cost
       FROM (SELECT cost, area, sum(area) OVER () AS whole
             FROM (SELECT piece.cost, ${areaOf(common)} AS area
                   FROM legacy_pieces AS piece WHERE ST_Intersects(piece.geom, unit.geom) OFFSET 0) AS met
             WHERE area > 0) AS weighted
     ) AS mean
     WHERE ${theseUnits} AND mean.cost IS NOT NULL`,
    [surface],
  )
  return { rows: shapes, skipped }
}
