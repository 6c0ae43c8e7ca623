import { randomUUID } from 'node:crypto'
import type { Queryable } from '@piecework/core/piece'

/** Number of units in a row and in a column. */
const side = 3

/**
 * A native scenario over nine squares (puid 1 to 9) of a hundredth of a degree, with nothing but grid, goals
 * and shapes. Resolves to its id.
 */
export async function nativeScenario(db: Queryable): Promise<string> {
  const [project, scenario] = [randomUUID(), randomUUID()]
  await db.query(`INSERT INTO planning.projects (id, name, owner_id) VALUES ($1, 'Native', 'ana')`, [project])
  await db.query(
    `INSERT INTO planning.planning_units (project_id, puid, geom)
     SELECT $1, 1 + x + y * ${side}, ST_MakeEnvelope(x * 0.01, y * 0.01, (x + 1) * 0.01, (y + 1) * 0.01, 4326)
     FROM generate_series(0, ${side - 1}) AS x, generate_series(0, ${side - 1}) AS y`,
    [project],
  )
  await db.query(
    `INSERT INTO planning.scenarios (id, project_id, number, name) VALUES ($1, $2, 1, 'Native')`,
    [scenario, project],
  )
  await db.query(
    `INSERT INTO planning.scenario_planning_units (scenario_id, planning_unit_id, lock_status, in_starting_reserve, cost)
     SELECT $1, id, CASE puid WHEN 1 THEN 'locked_in' WHEN 2 THEN 'locked_out' ELSE 'available' END, puid IN (1, 3), puid / 10.0
     FROM planning.planning_units WHERE project_id = $2 AND puid < 9`,
    [scenario, project],
  )
  // Names in another order than ids; the shapes of Alpha overlap.
  await db.query(
    `INSERT INTO planning.features (id, project_id, name)
     SELECT gen_random_uuid(), $1, name FROM unnest(ARRAY['Gamma', 'Alpha, north', 'Beta']) AS name`,
    [project],
  )
  await db.query(
    `INSERT INTO planning.feature_geometries (feature_id, geom)
     SELECT id, shape FROM planning.features, unnest(ARRAY[
       ST_MakeEnvelope(0, 0, 0.015, 0.01, 4326), ST_MakeEnvelope(0.005, 0, 0.015, 0.01, 4326)]) AS shape
     WHERE project_id = $1 AND name = 'Alpha, north'`,
    [project],
  )
  await db.query(
    `INSERT INTO planning.feature_amounts
     SELECT f.id, u.id, u.puid * 1.5 FROM planning.features f, planning.planning_units u
     WHERE f.project_id = $1 AND u.project_id = $1 AND f.name = 'Beta' AND u.puid IN (7, 2)`,
    [project],
  )
  await db.query(
    `INSERT INTO planning.scenario_features (scenario_id, feature_id, marxan_id, prop, fpf)
     SELECT $1, id, CASE name WHEN 'Gamma' THEN 1 END, CASE WHEN name <> 'Gamma' THEN 0.3 END, 2 FROM planning.features WHERE project_id = $2`,
    [scenario, project],
  )
  return scenario
}
