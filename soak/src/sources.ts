import { join } from 'node:path'
import { fillProject } from '@piecework/bench/fill-project'
import { writeFolder } from '@piecework/bench/marxan-folder'
import { project } from '@piecework/bench/planning-host'
import { planningSchema, projectTables } from '@piecework/pieces-project'
import { scenarioTables } from '@piecework/pieces-scenario'
import { guardTriggers } from '@piecework/postgres'
import pg from 'pg'
import type { Sources } from './place.js'

/** Small enough that a job takes a second or two, and has a middle to be hit in. */
const units = 400

/** Makes a project with rows in every table, and a Marxan folder. The archive is still to be made. */
export async function makeSources(database: string, folder: string): Promise<Sources> {
  await fillProject(database, units)
  const client = new pg.Client({ connectionString: database })
  await client.connect()
  try {
    for (const statement of more) await client.query(statement)
    await client.query(guardTriggers(guarded))
  } finally {
    await client.end()
  }
  const { files } = await writeFolder(join(folder, 'marxan'), units)
  return { project, archive: join(folder, 'project.zip'), uploads: files }
}

const project_ = (column: string) => ({ kind: project.kind, column })
/** What programs of the host write that ask no guard. */
const guarded = [
  { schema: planningSchema, table: 'projects', path: [project_('id')] },
  { schema: planningSchema, table: 'features', path: [project_('project_id')] },
  {
    schema: planningSchema,
    table: 'scenarios',
    path: [project_('project_id'), { kind: 'scenario', column: 'id' }],
  },
]

const own = `'${project.id}'::uuid`
const scenario = `(SELECT id FROM ${scenarioTables.scenarios} WHERE project_id = ${own} AND number = 1)`
const all = `${projectTables.planning_units} WHERE project_id = ${own}`

/** What the benchmark's project has no rows of. */
const more: readonly string[] = [
  `WITH area AS (INSERT INTO ${projectTables.planning_areas} (project_id, name, geom)
     SELECT ${own}, 'Everything', ST_Multi(ST_Envelope(ST_Collect(geom))) FROM ${all} RETURNING id)
   UPDATE ${projectTables.projects} SET planning_area_id = (SELECT id FROM area) WHERE id = ${own}`,
  `INSERT INTO ${projectTables.protected_areas} (project_id, name, geom)
   SELECT ${own}, 'Park ' || puid, ST_Multi(geom) FROM ${all} AND puid <= 20`,
  `UPDATE ${scenarioTables.scenarios} SET protected_area_ids =
     (SELECT jsonb_agg(id) FROM ${projectTables.protected_areas} WHERE project_id = ${own}) WHERE id = ${scenario}`,
  `UPDATE ${projectTables.features} SET geoprocessing = jsonb_build_object('kind', 'split', 'featureId',
     (SELECT id FROM ${projectTables.features} WHERE project_id = ${own} AND name = 'Feature 1'))
   WHERE project_id = ${own} AND name = 'Feature 2'`,
  `INSERT INTO ${scenarioTables.boundary_lengths}
   SELECT ${scenario}, a.id, b.id, 1 FROM ${projectTables.planning_units} a
   JOIN ${projectTables.planning_units} b ON b.project_id = a.project_id AND b.puid = a.puid + 1 WHERE a.project_id = ${own}`,
  `INSERT INTO ${scenarioTables.feature_specifications} (scenario_id, raw) VALUES (${scenario}, '{"status":"created"}')`,
  `INSERT INTO ${scenarioTables.run_summaries} (scenario_id, run, score, is_best)
   SELECT ${scenario}, run, run * 2.5, run = 1 FROM generate_series(1, 10) run`,
  `INSERT INTO ${scenarioTables.run_solutions} SELECT ${scenario}, run, id FROM generate_series(1, 10) run, ${all} AND puid % 3 = run % 3`,
  `INSERT INTO ${scenarioTables.run_feature_results} (scenario_feature_id, run, amount)
   SELECT id, run, 3 FROM ${scenarioTables.scenario_features}, generate_series(1, 10) run WHERE scenario_id = ${scenario}`,
  `INSERT INTO ${scenarioTables.execution_files} (scenario_id, kind, content) VALUES (${scenario}, 'input', '\\x00ff')`,
  'CREATE TABLE soak_told (key text NOT NULL)',
  'VACUUM ANALYZE',
]
