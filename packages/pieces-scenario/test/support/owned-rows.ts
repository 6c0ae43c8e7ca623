import type { Queryable } from '@piecework/core/piece'

const ofProject = (table: string): string => `planning.${table} WHERE project_id = $1`
const ofScenario = (table: string): string =>
  `planning.${table} WHERE scenario_id IN (SELECT id FROM planning.scenarios WHERE project_id = $1)`
const ofUnits = (table: string): string =>
  `planning.${table} WHERE planning_unit_id IN (SELECT id FROM planning.planning_units WHERE project_id = $1)`

/** Every table of the planning domain, with the rows that belong to one project. */
export const ownedBy: Readonly<Record<string, string>> = {
  projects: 'planning.projects WHERE id = $1',
  planning_areas: ofProject('planning_areas'),
  planning_units: ofProject('planning_units'),
  protected_areas: ofProject('protected_areas'),
  cost_surfaces: ofProject('cost_surfaces'),
  cost_surface_values: ofUnits('cost_surface_values'),
  features: ofProject('features'),
  feature_geometries: `planning.feature_geometries
    WHERE feature_id IN (SELECT id FROM planning.features WHERE project_id = $1)`,
  feature_amounts: ofUnits('feature_amounts'),
  scenarios: ofProject('scenarios'),
  scenario_planning_units: ofScenario('scenario_planning_units'),
  boundary_lengths: ofScenario('boundary_lengths'),
  scenario_features: ofScenario('scenario_features'),
  scenario_feature_amounts: ofUnits('scenario_feature_amounts'),
  feature_specifications: ofScenario('feature_specifications'),
  run_summaries: ofScenario('run_summaries'),
  run_solutions: ofScenario('run_solutions'),
  run_feature_results: `planning.run_feature_results r
    WHERE EXISTS (
      SELECT FROM planning.scenario_features f JOIN planning.scenarios s ON s.id = f.scenario_id
      WHERE f.id = r.scenario_feature_id AND s.project_id = $1
    )`,
  execution_files: ofScenario('execution_files'),
}

export type Rows = Readonly<Record<string, readonly string[]>>

/** All rows of a project as JSON text, exact to the last bit of every number and coordinate. */
export async function ownedRows(db: Queryable, project: string): Promise<Rows> {
  const found: Record<string, readonly string[]> = {}
  for (const [table, rows] of Object.entries(ownedBy)) {
    const geometry = geometryTables.has(table) ? ", 'geom', encode(ST_AsEWKB(geom), 'hex')" : ''
    const result = await db.query<{ row: string }>(
      `SELECT (to_jsonb(t) || jsonb_build_object('table', $2::text${geometry}))::text AS row
       FROM (SELECT * FROM ${rows}) t`,
      [project, table],
    )
    found[table] = result.rows.map(({ row }) => row).sort()
  }
  return found
}

const geometryTables = new Set(['planning_areas', 'planning_units', 'protected_areas', 'feature_geometries'])

/** The same rows with every id that `rename` knows replaced. */
export function renamed(rows: Rows, rename: (id: string) => string): Rows {
  const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g
  return Object.fromEntries(
    Object.entries(rows).map(([table, list]) => [table, list.map((row) => row.replace(uuid, rename)).sort()]),
  )
}

/** Keys of a project's rows, with the table of each. */
export function ownIds(rows: Rows): Map<string, string> {
  const ids = new Map<string, string>()
  for (const [table, list] of Object.entries(rows)) {
    for (const row of list) {
      const { id } = JSON.parse(row) as { id?: string }
      if (id !== undefined) ids.set(id, table)
    }
  }
  return ids
}
