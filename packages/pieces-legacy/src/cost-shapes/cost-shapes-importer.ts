import type { ImportContext, PieceCounts, PieceImporter } from '@piecework/core/piece'
import { pluralize } from '@piecework/marxan-files'
import { projectTables } from '@piecework/pieces-project'
import type { VectorLayer } from '@piecework/vector-files'
import { costShapefile as labels } from '../shapes/labels.js'
import { type CostAttributes, openCosts } from './cost-attributes.js'
import { costSurfaceName } from './cost-surface-name.js'
import { insertCostsById } from './insert-costs-by-id.js'
import { insertCostsByShape } from './insert-costs-by-shape.js'

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
      ? await insertCostsByShape(context, shapefile, surface)
      : await insertCostsById(context, shapefile, surface)
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
