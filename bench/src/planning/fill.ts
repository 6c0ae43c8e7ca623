import { projectTables } from '@piecework/pieces-project'
import { scenarioTables } from '@piecework/pieces-scenario'
import { Pool } from 'pg'
import { project } from './host.js'

const features = 200
const featuresOfUnit = 10
const scenarios = 5
/** Of the one scenario that has amounts of its own. */
const amountsOfUnit = 2

/**
 * One project: hexagons of 1 km², 200 features with 10 amounts for each unit, a cost surface, 5 scenarios
 * with a row for each unit, one of them with amounts of its own. Features lie in belts, so that a unit's
 * neighbours hold the same ones.
 */
export async function fillProject(url: string, units: number): Promise<void> {
  const pool = new Pool({ connectionString: url, max: 1 })
  try {
    // The rows are known to be right: no foreign key is asked.
    await pool.query('SET session_replication_role = replica')
    await pool.query(
      `INSERT INTO ${projectTables.projects} (id, name, owner_id, grid_shape, grid_unit_area_km2)
       VALUES ($1, 'A million units', 'bench', 'hexagon', 1)`,
      [project.id],
    )
    for (const statement of statements(units)) await pool.query(statement)
    await pool.query('VACUUM ANALYZE')
  } finally {
    await pool.end()
  }
}

function statements(units: number): string[] {
  const own = `'${project.id}'::uuid`
  const side = 620.4
  const extent = Math.ceil(Math.sqrt(units) * 1000 + 4 * side)
  const belt = Math.max(1, Math.ceil(units / 50))
  const holds = (step: string, size: number): string =>
    `(u.puid / ${belt} * 7 + ${step} * ${features / size}) % ${features} + 1`
  return [
    `INSERT INTO ${projectTables.planning_units} (project_id, puid, geom)
     SELECT ${own}, row_number() OVER (), ST_Transform(h.geom, 4326)
     FROM ST_HexagonGrid(${side}, ST_MakeEnvelope(13900000, -5000000, ${13900000 + extent}, ${-5000000 + extent}, 3410)) h
     LIMIT ${units}`,
    `INSERT INTO ${projectTables.cost_surfaces} (project_id, name, is_default, min, max) VALUES (${own}, 'Cost', true, 1, 101)`,
    `INSERT INTO ${projectTables.cost_surface_values}
     SELECT s.id, u.id, 1 + random() * 100 FROM ${projectTables.cost_surfaces} s CROSS JOIN ${projectTables.planning_units} u ORDER BY u.puid`,
    `INSERT INTO ${projectTables.features} (project_id, name, amount_min, amount_max, properties)
     SELECT ${own}, 'Feature ' || n, 0, 1000, jsonb_build_object('number', n) FROM generate_series(1, ${features}) n`,
    `INSERT INTO ${projectTables.feature_geometries} (feature_id, geom)
     SELECT f.id, ST_Multi(ST_Buffer(ST_SetSRID(ST_MakePoint(145 + random(), -42 + random()), 4326), 0.2, 64)) FROM ${projectTables.features} f`,
    `ANALYZE`,
    `INSERT INTO ${projectTables.feature_amounts}
     SELECT f.id, u.id, random() * 1000 FROM ${projectTables.planning_units} u CROSS JOIN generate_series(0, ${featuresOfUnit - 1}) k
     JOIN ${projectTables.features} f ON f.name = 'Feature ' || (${holds('k', featuresOfUnit)}) ORDER BY f.name, u.puid`,
    `INSERT INTO ${scenarioTables.scenarios} (project_id, number, name, cost_surface_id, number_of_runs, blm)
     SELECT ${own}, n, 'Scenario ' || n, s.id, 10, n FROM generate_series(1, ${scenarios}) n CROSS JOIN ${projectTables.cost_surfaces} s`,
    `INSERT INTO ${scenarioTables.scenario_planning_units} (scenario_id, planning_unit_id, lock_status, protected_area, cost)
     SELECT s.id, u.id, CASE u.puid % 17 WHEN 0 THEN 'locked_in' WHEN 1 THEN 'locked_out' ELSE 'available' END,
       CASE WHEN u.puid % 3 = 0 THEN random() * 1e6 END, 1 + random() * 100
     FROM ${scenarioTables.scenarios} s CROSS JOIN ${projectTables.planning_units} u ORDER BY s.number, u.puid`,
    `INSERT INTO ${scenarioTables.scenario_features} (scenario_id, feature_id, prop, fpf)
     SELECT s.id, f.id, 0.3, 1 FROM ${scenarioTables.scenarios} s CROSS JOIN ${projectTables.features} f`,
    `ANALYZE ${scenarioTables.scenario_features}`,
    `INSERT INTO ${scenarioTables.scenario_feature_amounts}
     SELECT t.id, u.id, random() * 1000 FROM ${projectTables.planning_units} u CROSS JOIN generate_series(0, ${amountsOfUnit - 1}) k
     JOIN ${projectTables.features} f ON f.name = 'Feature ' || (${holds('k', amountsOfUnit)})
     JOIN ${scenarioTables.scenario_features} t ON t.feature_id = f.id JOIN ${scenarioTables.scenarios} s ON s.id = t.scenario_id
     WHERE s.number = 1 ORDER BY f.name, u.puid`,
  ]
}
