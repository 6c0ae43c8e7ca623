import type { PieceImporter } from '@piecework/core/piece'
import { projectTables } from '@piecework/pieces-project'
import { scenarioTables } from '@piecework/pieces-scenario'
import { protectedAreaShapefile as labels } from '../shapes/labels.js'
import { areaOf, common, cutPieces, forUnits, theseUnits } from '../shapes/overlay.js'
import { assertRowCount } from '../staging/assert-row-count.js'
import { projectOf } from '../staging/project-of.js'

/**
 * The scenario selects all uploaded protected areas, and each of its planning units has the area that lies in
 * them; area where they overlap counts once. Nothing is locked in, which is up to pu.dat.
 */
export const scenarioProtectedAreasImporter: PieceImporter = {
  import: async (context) => {
    const { tx, resource, entries } = context
    if (!entries.paths.includes(labels.role)) return { rows: 0 }
    const project = await projectOf(tx, resource.id)
    const { rowCount: selected } = await tx.query(
      `UPDATE ${scenarioTables.scenarios} SET protected_area_ids = (
         SELECT coalesce(jsonb_agg(id ORDER BY name, wdpa_id, iucn_category, status, designation, geom), '[]')
         FROM ${projectTables.protected_areas} WHERE project_id = $2::uuid)
       WHERE id = $1::uuid`,
      [resource.id, project],
    )
    assertRowCount('The selection of protected areas', 1, selected)
    await cutPieces(tx, [], `SELECT geom FROM ${projectTables.protected_areas} WHERE project_id = $1::uuid`, [
      project,
    ])
    const rows = await forUnits(
      context,
      project,
      `UPDATE ${scenarioTables.scenario_planning_units} AS own
       SET protected_area = coalesce((
         SELECT ${areaOf(`ST_Union(${common})`)}
         FROM legacy_pieces AS piece WHERE ST_Intersects(piece.geom, unit.geom)), 0)
       FROM ${projectTables.planning_units} AS unit
       WHERE ${theseUnits} AND own.planning_unit_id = unit.id AND own.scenario_id = $4::uuid`,
      [resource.id],
    )
    return { rows }
  },
}
