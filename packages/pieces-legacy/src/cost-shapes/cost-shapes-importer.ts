import type { ImportContext, PieceCounts, PieceImporter } from '@piecework/core/piece'
import { pluralize } from '@piecework/marxan-files'
import { projectTables } from '@piecework/pieces-project'
import type { VectorLayer } from '@piecework/vector-files'
import { costShapefile as labels } from '../shapes/labels.js'
import { areaOf, common, cutPieces, forUnits, theseUnits } from '../shapes/overlay.js'
import { repairedGeometry } from '../shapes/repair-sql.js'
import { reportSkipped, type StagedShapes, stageShapes } from '../shapes/stage-shapes.js'
import { assertRowCount } from '../staging/assert-row-count.js'
import { type CostAttributes, type CostRow, openCosts } from './cost-attributes.js'
import { costSurfaceName } from './cost-surface-name.js'

/**
 * A cost surface beside the default one. If the layer has ids, each planning unit gets the cost of its
 * record; else the mean of the costs of the shapes that cover it, weighted by the areas that they have in
 * common with it.
 */
export const costShapesImporter: PieceImporter = {
  import: async (context) => {
    if (!context.entries.paths.includes(labels.role)) return { rows: 0 }
    return insertSurface(context, await openCosts(context.entries, context.signal))
  },
}

async function insertSurface(
  context: ImportContext,
  shapefile: VectorLayer<CostAttributes>,
): Promise<PieceCounts> {
  const { tx, ids, resource, entries } = context
  const surface = ids.idOf('cost_surfaces', labels.role)
  await tx.query(
    `INSERT INTO ${projectTables.cost_surfaces} (id, project_id, name, is_default) VALUES ($1, $2, $3, false)`,
    [surface, resource.id, costSurfaceName(entries, shapefile.name)],
  )
  const counts =
    shapefile.attributes.idColumn === undefined
      ? await insertMeans(context, shapefile, surface)
      : await insertById(context, shapefile, surface)
  const { rows } = await tx.query<{ units: number; first: string }>(
    `SELECT count(*)::integer AS units, string_agg(puid::text, ', ' ORDER BY puid) FILTER (WHERE n <= 10) AS first
     FROM (SELECT puid, row_number() OVER (ORDER BY puid) AS n FROM ${projectTables.planning_units} AS unit
           WHERE project_id = $1::uuid AND NOT EXISTS (
             SELECT FROM ${projectTables.cost_surface_values} AS value
             WHERE value.cost_surface_id = $2::uuid AND value.planning_unit_id = unit.id)) AS without`,
    [resource.id, surface],
  )
  const { units = 0, first = '' } = rows[0] ?? {}
  if (units > 0)
    throw labels.problem(
      'unit-without-cost',
      `${pluralize(units, 'planning unit gets', 'planning units get')} no cost from ${labels.what}: ${first}${units > 10 ? ' and more' : ''}`,
    )
  await tx.query(
    `UPDATE ${projectTables.cost_surfaces} AS surface SET min = values.min, max = values.max
     FROM (SELECT min(cost), max(cost) FROM ${projectTables.cost_surface_values} WHERE cost_surface_id = $1::uuid) AS values
     WHERE surface.id = $1::uuid`,
    [surface],
  )
  return counts
}

async function insertMeans(
  context: ImportContext,
  shapefile: VectorLayer<CostAttributes>,
  surface: string,
): Promise<PieceCounts> {
  const { tx, resource } = context
  const { shapes, skipped }: StagedShapes = await stageShapes(
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

async function insertById(
  { tx, resource, progress, finding }: ImportContext,
  shapefile: VectorLayer<CostAttributes>,
  surface: string,
): Promise<PieceCounts> {
  await tx.query('CREATE TEMPORARY TABLE legacy_costs (puid integer, cost double precision) ON COMMIT DROP')
  let read = 0
  const csv = async function* (): AsyncGenerator<Uint8Array> {
    for await (const batch of shapefile.rows()) {
      read += batch.length
      progress(read, shapefile.records)
      if (batch.length > 0)
        yield Buffer.from(batch.map(({ row }) => `${idOf(row)},${costOf(row)}\n`).join(''))
    }
  }
  const copied = await tx.copyIn({ table: 'legacy_costs', columns: ['puid', 'cost'] }, csv())
  assertRowCount(labels.subject, read, copied)
  await tx.query('ANALYZE legacy_costs')
  const { rowCount } = await tx.query(
    `INSERT INTO ${projectTables.cost_surface_values} (cost_surface_id, planning_unit_id, cost)
     SELECT $1::uuid, unit.id, given.cost
     FROM legacy_costs AS given
     JOIN ${projectTables.planning_units} AS unit ON unit.project_id = $2::uuid AND unit.puid = given.puid`,
    [surface, resource.id],
  )
  const unknown = read - rowCount
  if (unknown > 0)
    finding(
      labels.finding(
        'warning',
        'unit-unknown',
        `${pluralize(unknown, 'record was', 'records were')} skipped in ${labels.what}, without a planning unit in the grid`,
        { count: unknown },
      ),
    )
  return { rows: rowCount, skipped: unknown + reportSkipped(finding, labels, shapefile.records - read) }
}

function costOf({ text, value }: CostRow): number {
  if ('cost' in value) return value.cost
  throw labels.problem('unreadable', `${JSON.stringify(text)} in ${labels.what} is no cost`)
}

function idOf({ unit }: CostRow): number {
  if (unit && 'id' in unit.id) return unit.id.id
  throw labels.problem('unreadable', `${JSON.stringify(unit?.text)} in ${labels.what} is no planning unit`)
}
