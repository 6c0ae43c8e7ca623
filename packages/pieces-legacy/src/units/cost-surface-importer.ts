import type { PieceImporter } from '@piecework/core/piece'
import { projectTables } from '@piecework/pieces-project'
import { assertRowCount } from '../staging/assert-row-count.js'
import { tellSkipped } from '../staging/skipped-rows.js'
import { stagePu } from '../staging/stage.js'
import { puWithoutUnit } from './without-unit.js'

/** The natural key of a legacy project's one cost surface, for `ids`. */
export const costSurfaceKey = 'pu.dat'

/** Its name. */
export const defaultCostSurface = 'Default cost surface'

/** The costs of pu.dat as the project's default cost surface. */
export const costSurfaceImporter: PieceImporter = {
  import: async (context) => {
    const { tx, ids, resource } = context
    const parsed = await stagePu(context)
    const id = ids.idOf('cost_surfaces', costSurfaceKey)
    await tx.query(
      `INSERT INTO ${projectTables.cost_surfaces} (id, project_id, name, is_default) VALUES ($1, $2, $3, true)`,
      [id, resource.id, defaultCostSurface],
    )
    const { rowCount } = await tx.query(
      `INSERT INTO ${projectTables.cost_surface_values} (cost_surface_id, planning_unit_id, cost)
       SELECT $1::uuid, unit.id, pu.cost
       FROM legacy_pu AS pu
       JOIN ${projectTables.planning_units} AS unit ON unit.puid = pu.id AND unit.project_id = $2::uuid`,
      [id, resource.id],
    )
    await tx.query(
      `UPDATE ${projectTables.cost_surfaces} AS surface SET min = values.min, max = values.max
       FROM (SELECT min(cost), max(cost) FROM ${projectTables.cost_surface_values} WHERE cost_surface_id = $1::uuid) AS values
       WHERE surface.id = $1::uuid`,
      [id],
    )
    const skipped = await puWithoutUnit(tx, resource.id)
    assertRowCount('pu.dat', parsed, rowCount, skipped)
    tellSkipped(context, 'pu.dat', skipped)
    return { rows: rowCount, skipped }
  },
}
