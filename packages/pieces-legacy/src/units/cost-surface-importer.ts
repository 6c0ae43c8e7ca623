import type { PieceImporter } from '@piecework/core/piece'
import { projectTables } from '@piecework/pieces-project'
import { assertRowCount } from '../staging/assert-row-count.js'
import { reportSkippedRows } from '../staging/report-skipped-rows.js'
import { countWithoutUnit } from './count-without-unit.js'
import { defaultCostSurface } from './default-cost-surface.js'
import { stagePu } from './stage-pu.js'

/** The costs of pu.dat as the project's default cost surface. */
export const costSurfaceImporter: PieceImporter = {
  import: async (context) => {
    const { tx, ids, resource } = context
    const parsed = await stagePu(context)
    const id = ids.idOf('cost_surfaces', defaultCostSurface.key)
    await tx.query(
      `INSERT INTO ${projectTables.cost_surfaces} (id, project_id, name, is_default) VALUES ($1, $2, $3, true)`,
      [id, resource.id, defaultCostSurface.name],
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
    const skipped = await countWithoutUnit(tx, 'legacy_pu', 'id', resource.id)
    assertRowCount('pu.dat', parsed, rowCount, skipped)
    reportSkippedRows(context, 'pu.dat', skipped)
    return { rows: rowCount, skipped }
  },
}
