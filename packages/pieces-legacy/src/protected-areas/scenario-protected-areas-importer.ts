import type { ImportContext, PieceImporter } from '@piecework/core/piece'
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
    await selectAreas(context)
    return { rows: await coverUnits(context) }
  },
}

/** The selection alone: it is in the scenario's own row. */
export const protectedSelectionImporter: PieceImporter = {
  import: async (context) => {
    await selectAreas(context)
    return { rows: 0 }
  },
}

/** The areas of the planning units alone. */
export const scenarioProtectionImporter: PieceImporter = {
  import: async (context) => ({ rows: await coverUnits(context) }),
}

async function selectAreas({ tx, resource, entries }: ImportContext): Promise<void> {
  if (!entries.paths.includes(labels.role)) return
  const { rowCount: selected } = await tx.query(
    `UPDATE ${scenarioTables.scenarios} SET protected_area_ids = (
       SELECT coalesce(jsonb_agg(id ORDER BY name, wdpa_id, iucn_category, status, designation, geom), '[]')
       FROM ${projectTables.protected_areas} WHERE project_id = $2::uuid)
     WHERE id = $1::uuid`,
    [resource.id, await projectOf(tx, resource.id)],
  )
  assertRowCount('The selection of protected areas', 1, selected)
}

async function coverUnits(context: ImportContext): Promise<number> {
  const { tx, resource, entries } = context
  if (!entries.paths.includes(labels.role)) return 0
  const project = await projectOf(tx, resource.id)
  await cutPieces(tx, [], `SELECT geom FROM ${projectTables.protected_areas} WHERE project_id = $1::uuid`, [
    project,
  ])
  return forUnits(
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
}
