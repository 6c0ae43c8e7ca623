import type { ResourceRef } from '@piecework/core/piece'
import { smallProject } from '../../importers/small-project.js'
import type { Host } from './host.js'

export const ann = { id: 'ann' }

/** A project of four units and three features with a row in every table of the planning domain. */
export async function tinyProject(
  { piecework, database }: Host,
  owner = ann,
  name = 'Tiny',
): Promise<ResourceRef> {
  const job = await piecework.import({
    format: 'legacy-marxan',
    uploads: smallProject(),
    principal: owner,
    name,
  })
  const { resource } = await job.result()
  if (!resource) throw new Error('The import made nothing.')
  for (const sql of more) await database.query(sql, [resource.id])
  return resource
}

const scenario = '(SELECT id FROM planning.scenarios WHERE project_id = $1)'
const more = [
  `INSERT INTO planning.protected_areas (project_id, name, geom)
   VALUES ($1, 'Park', ST_Multi(ST_MakeEnvelope(0, 0, 1, 1, 4326)))`,
  `UPDATE planning.scenarios SET protected_area_ids =
     (SELECT jsonb_build_array(id) FROM planning.protected_areas WHERE project_id = $1) WHERE project_id = $1`,
  `UPDATE planning.features SET geoprocessing = jsonb_build_object('kind', 'split', 'featureId',
     (SELECT id FROM planning.features WHERE project_id = $1 AND name = 'Sand')) WHERE project_id = $1 AND name <> 'Sand'`,
  `INSERT INTO planning.boundary_lengths
   SELECT ${scenario}, a.id, b.id, 1 FROM planning.planning_units a
   JOIN planning.planning_units b ON b.project_id = a.project_id AND b.puid = a.puid + 1 WHERE a.project_id = $1`,
  `INSERT INTO planning.run_summaries (scenario_id, run, score, is_best) VALUES (${scenario}, 1, 2.5, true)`,
  `INSERT INTO planning.run_solutions SELECT ${scenario}, 1, id FROM planning.planning_units WHERE project_id = $1`,
  `INSERT INTO planning.run_feature_results (scenario_feature_id, run, amount)
   SELECT id, 1, 3 FROM planning.scenario_features WHERE scenario_id = ${scenario}`,
  `INSERT INTO planning.execution_files (scenario_id, kind, content) VALUES (${scenario}, 'input', '\\x00ff')`,
]
