import { planningSchema, projectTables } from '@piecework/pieces-project'
import { scenarioTables } from '@piecework/pieces-scenario'
import { Client } from 'pg'
import { project } from './host.js'

/**
 * What one writes without a library: a map of old ids to new ones, and a join for each column that holds one.
 */
export async function cloneByHand(url: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query('BEGIN')
    await client.query('CREATE TEMPORARY TABLE map (old uuid PRIMARY KEY, new uuid NOT NULL) ON COMMIT DROP')
    for (const source of mapped)
      await client.query(`INSERT INTO map SELECT id, gen_random_uuid() FROM ${source}`)
    await client.query('ANALYZE map')
    for (const statement of statements) await client.query(statement)
    await client.query('COMMIT')
  } finally {
    await client.end()
  }
}

const own = `project_id = '${project.id}'`

const mapped = [
  `${projectTables.projects} WHERE id = '${project.id}'`,
  ...['planning_units', 'cost_surfaces', 'features', 'scenarios'].map(
    (table) => `${planningSchema}.${table} WHERE ${own}`,
  ),
  `${scenarioTables.scenario_features} WHERE scenario_id IN (SELECT id FROM ${scenarioTables.scenarios} WHERE ${own})`,
]

const of = (column: string, alias: string): string => `JOIN map ${alias} ON ${alias}.old = t.${column}`

const statements = [
  `INSERT INTO ${projectTables.projects} (id, name, owner_id, grid_shape, grid_unit_area_km2)
   SELECT i.new, t.name || ' - copy', t.owner_id, t.grid_shape, t.grid_unit_area_km2 FROM ${projectTables.projects} t ${of('id', 'i')}`,
  `INSERT INTO ${projectTables.planning_units}
   SELECT i.new, p.new, t.puid, t.geom FROM ${projectTables.planning_units} t ${of('id', 'i')} ${of('project_id', 'p')}`,
  `INSERT INTO ${projectTables.cost_surfaces}
   SELECT i.new, p.new, t.name, t.is_default, t.min, t.max FROM ${projectTables.cost_surfaces} t ${of('id', 'i')} ${of('project_id', 'p')}`,
  `INSERT INTO ${projectTables.cost_surface_values}
   SELECT s.new, u.new, t.cost FROM ${projectTables.cost_surface_values} t ${of('cost_surface_id', 's')} ${of('planning_unit_id', 'u')}`,
  `INSERT INTO ${projectTables.features} (id, project_id, name, amount_min, amount_max, properties)
   SELECT i.new, p.new, t.name, t.amount_min, t.amount_max, t.properties FROM ${projectTables.features} t ${of('id', 'i')} ${of('project_id', 'p')}`,
  `INSERT INTO ${projectTables.feature_geometries} (feature_id, geom)
   SELECT f.new, t.geom FROM ${projectTables.feature_geometries} t ${of('feature_id', 'f')}`,
  `INSERT INTO ${projectTables.feature_amounts}
   SELECT f.new, u.new, t.amount FROM ${projectTables.feature_amounts} t ${of('feature_id', 'f')} ${of('planning_unit_id', 'u')}`,
  `INSERT INTO ${scenarioTables.scenarios} (id, project_id, number, name, cost_surface_id, number_of_runs, blm)
   SELECT i.new, p.new, t.number, t.name, c.new, t.number_of_runs, t.blm
   FROM ${scenarioTables.scenarios} t ${of('id', 'i')} ${of('project_id', 'p')} ${of('cost_surface_id', 'c')}`,
  `INSERT INTO ${scenarioTables.scenario_planning_units} (scenario_id, planning_unit_id, lock_status, in_starting_reserve,
     lock_set_by_user, protected_area, protected_by_default, cost)
   SELECT s.new, u.new, t.lock_status, t.in_starting_reserve, t.lock_set_by_user, t.protected_area, t.protected_by_default, t.cost
   FROM ${scenarioTables.scenario_planning_units} t ${of('scenario_id', 's')} ${of('planning_unit_id', 'u')}`,
  `INSERT INTO ${scenarioTables.scenario_features} (id, scenario_id, feature_id, prop, fpf)
   SELECT i.new, s.new, f.new, t.prop, t.fpf FROM ${scenarioTables.scenario_features} t
   ${of('id', 'i')} ${of('scenario_id', 's')} ${of('feature_id', 'f')}`,
  `INSERT INTO ${scenarioTables.scenario_feature_amounts}
   SELECT f.new, u.new, t.amount FROM ${scenarioTables.scenario_feature_amounts} t ${of('scenario_feature_id', 'f')} ${of('planning_unit_id', 'u')}`,
]
