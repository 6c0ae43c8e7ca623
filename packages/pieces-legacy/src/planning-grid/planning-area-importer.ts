import type { PieceImporter } from '@piecework/core/piece'
import { projectTables } from '@piecework/pieces-project'
import type { PlanningAreaOptions } from './planning-area-options.js'
import { unionSql } from './union-sql.js'

/** The union of all planning units as the project's planning area, and its bounding box. */
export const planningAreaImporter: PieceImporter<PlanningAreaOptions> = {
  import: async ({ tx, ids, resource, options }) => {
    if (!options.skip) {
      const id = ids.idOf('planning_areas', 'union of planning units')
      await tx.query(
        `INSERT INTO ${projectTables.planning_areas} (id, project_id, name, geom)
         SELECT $1::uuid, $2::uuid, 'Planning grid', ST_Multi(geom)
         FROM (${unionSql(`SELECT geom FROM ${projectTables.planning_units} WHERE project_id = $2::uuid`)}) AS area`,
        [id, resource.id],
      )
      await tx.query(`UPDATE ${projectTables.projects} SET planning_area_id = $1 WHERE id = $2`, [
        id,
        resource.id,
      ])
    }
    await tx.query(
      `UPDATE ${projectTables.projects} SET grid_shape = 'custom', bbox = (
         SELECT jsonb_build_array(ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box))
         FROM (SELECT ST_Extent(geom) AS box FROM ${projectTables.planning_units} WHERE project_id = $1::uuid) AS extent
       ) WHERE id = $1::uuid`,
      [resource.id],
    )
    // Derived from the units, which `legacy/planning-grid` counts; no file is read here.
    return { rows: 0 }
  },
}
