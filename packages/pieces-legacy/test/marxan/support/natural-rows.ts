import type { Queryable } from '@piecework/core/piece'

const unit = '(SELECT puid FROM planning.planning_units WHERE id = t.planning_unit_id)'
const scenario = 't.scenario_id IN (SELECT id FROM planning.scenarios WHERE project_id = $1)'
const feature = '(SELECT name FROM planning.features WHERE id = t.feature_id)'
const goal =
  '(SELECT f.name FROM planning.features f JOIN planning.scenario_features g ON g.feature_id = f.id WHERE g.id = t.scenario_feature_id)'

/** What a legacy import fills: table, who owns a row, and the natural keys that stand for its references. */
const tables: Readonly<Record<string, readonly [where: string, keys: string]>> = {
  projects: ['t.id = $1', ''],
  planning_areas: ['t.project_id = $1', ''],
  planning_units: ['t.project_id = $1', ''],
  cost_surfaces: ['t.project_id = $1', ''],
  cost_surface_values: [
    't.cost_surface_id IN (SELECT id FROM planning.cost_surfaces WHERE project_id = $1)',
    unit,
  ],
  features: ['t.project_id = $1', ''],
  feature_geometries: ['t.feature_id IN (SELECT id FROM planning.features WHERE project_id = $1)', feature],
  feature_amounts: [
    't.feature_id IN (SELECT id FROM planning.features WHERE project_id = $1)',
    `${unit}, ${feature}`,
  ],
  scenarios: ['t.project_id = $1', ''],
  scenario_planning_units: [scenario, unit],
  scenario_features: [scenario, feature],
  scenario_feature_amounts: [
    `t.scenario_feature_id IN (SELECT id FROM planning.scenario_features t WHERE ${scenario})`,
    `${unit}, ${goal}`,
  ],
  boundary_lengths: [
    scenario,
    `${unit}, (SELECT puid FROM planning.planning_units WHERE id = t.other_planning_unit_id)`,
  ],
}

/** Rows of a project as text without ids and times, so that two imports of the same files can be compared. */
export async function naturalRows(
  db: Queryable,
  project: string,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const found: Record<string, readonly string[]> = {}
  for (const [table, [where, keys]] of Object.entries(tables)) {
    const { rows } = await db.query<{ row: string }>(
      `SELECT jsonb_build_array(${keys})::text || ' ' || (jsonb_strip_nulls(to_jsonb(t)) - ARRAY['id', 'created_at', 'updated_at', 'project_id',
                'scenario_id', 'feature_id', 'scenario_feature_id', 'planning_unit_id', 'other_planning_unit_id', 'cost_surface_id',
                'planning_area_id'])::text AS row
       FROM planning.${table} AS t WHERE ${where}`,
      [project],
    )
    found[table] = rows.map(({ row }) => row).sort()
  }
  return found
}
