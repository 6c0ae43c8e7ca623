import { randomUUID } from 'node:crypto'
import type { Queryable } from '@piecework/core/piece'

/** Ids of a shared feature and a shared protected area. */
export interface SharedRows {
  readonly feature: string
  readonly area: string
}

/**
 * Shared rows of an instance, administrative areas among them; their ids differ from one instance to another,
 * their stable keys do not.
 */
export async function sharedRows(db: Queryable): Promise<SharedRows> {
  const [feature, area] = [randomUUID(), randomUUID()]
  await db.query(
    `INSERT INTO planning.features (id, stable_key, name) VALUES ($1, 'iucn:4711', 'Shared reef')`,
    [feature],
  )
  await db.query(
    `INSERT INTO planning.protected_areas (id, stable_key, name, geom)
     VALUES ($1, 'wdpa:1', 'Shared park', ST_Multi(ST_MakeEnvelope(0, 0, 0.1, 0.1, 4326)))`,
    [area],
  )
  await administrativeAreas(db, ['TWN', 'TWN.1'])
  return { feature, area }
}

/** Shared planning areas with these codes. */
export async function administrativeAreas(db: Queryable, codes: readonly string[]): Promise<void> {
  await db.query(
    `INSERT INTO planning.planning_areas (stable_key, name, geom)
     SELECT code, 'Area ' || code, ST_Multi(ST_MakeEnvelope(-1, -1, 1, 1, 4326)) FROM unnest($1::text[]) AS u(code)`,
    [codes],
  )
}

const tricky = `Bahía de "Mañana", 海\n\\.\nNULL`

/**
 * A project with something in every table, two scenarios (numbers 1 and 3) and values that are easily spoilt.
 */
export async function madeUpProject(db: Queryable, shared: SharedRows): Promise<string> {
  const project = randomUUID()
  const one = async (sql: string, ...values: readonly unknown[]): Promise<string> => {
    const { rows } = await db.query<{ id: string }>(sql, values)
    const id = rows[0]?.id
    if (id === undefined) throw new Error(`no row: ${sql}`)
    return id
  }
  await db.query(
    `INSERT INTO planning.projects (id, name, description, owner_id, source, country, admin_area_1, admin_area_2,
       grid_shape, grid_unit_area_km2, bbox, blm_range, metadata, created_at, updated_at)
     VALUES ($1, $2, '', 'ana', 'legacy_import', 'TWN', 'TWN.1', NULL, 'hexagon', 0.1::float8 + 0.2, '[-1, 1.5, 2e-7, 3]',
       '[0.001, 100]', '{"a": {"b": [null, "x"]}}', '2020-02-29 12:34:56.789012+02', '2021-01-01Z')`,
    [project, tricky],
  )
  const area = await one(
    `INSERT INTO planning.planning_areas (project_id, name, geom)
     VALUES ($1, 'Area', ST_Multi(ST_Buffer(ST_SetSRID(ST_MakePoint(0.3, 0.2), 4326), 0.7))) RETURNING id`,
    project,
  )
  await db.query('UPDATE planning.projects SET planning_area_id = $2 WHERE id = $1', [project, area])
  await db.query(
    `INSERT INTO planning.planning_units (project_id, puid, geom)
     SELECT $1, n, CASE WHEN n % 5 = 0 THEN ST_Multi(cell) ELSE cell END
     FROM generate_series(0, 24) n,
       LATERAL (SELECT ST_MakeEnvelope(n / 7.0, -0.1, (n + 1) / 7.0, pi() / 10, 4326)) AS c(cell)`,
    [project],
  )
  const park = await one(
    `INSERT INTO planning.protected_areas (project_id, name, iucn_category, wdpa_id, geom)
     VALUES ($1, 'Own park', 'Ia', '12', ST_Multi(ST_MakeEnvelope(0.2, 0, 0.3, 0.1, 4326))) RETURNING id`,
    project,
  )
  const surface = await one(
    `INSERT INTO planning.cost_surfaces (project_id, name, is_default, min, max)
     VALUES ($1, 'Default', true, 0, 1e300) RETURNING id`,
    project,
  )
  await db.query(
    `INSERT INTO planning.cost_surface_values
     SELECT $2, id, (ARRAY[0, 5e-324, 1.7976931348623157e308, 0.1::float8 + 0.2, 1e-7])[puid % 5 + 1]
     FROM planning.planning_units WHERE project_id = $1`,
    [project, surface],
  )
  const base = await one(
    `INSERT INTO planning.features (project_id, name, alias, tag, is_legacy, source, properties, amount_min, amount_max)
     VALUES ($1, $2, '', 'fish', true, 'marxan', '{"n": 1e400}', 0, 1e22) RETURNING id`,
    project,
    tricky,
  )
  const split = await one(
    `INSERT INTO planning.features (project_id, name, geoprocessing)
     VALUES ($1, 'Split', jsonb_build_object('operation', 'split', 'baseFeatureId', $2::text,
       'intersectWith', jsonb_build_object('featureId', $3::text))) RETURNING id`,
    project,
    base,
    shared.feature,
  )
  await db.query(
    `INSERT INTO planning.feature_geometries (feature_id, geom, properties)
     SELECT f, ST_Buffer(ST_SetSRID(ST_MakePoint(n, 0.1), 4326), 0.3), jsonb_build_object('n', n)
     FROM unnest(ARRAY[$1, $2]::uuid[]) f, generate_series(1, 3) n`,
    [base, split],
  )
  await db.query(
    `INSERT INTO planning.feature_amounts
     SELECT f, id, (puid + 1) / 3.0::float8
     FROM unnest(ARRAY[$2, $3, $4]::uuid[]) f, planning.planning_units WHERE project_id = $1`,
    [project, base, split, shared.feature],
  )
  for (const number of [1, 3]) {
    const scenario = await one(
      `INSERT INTO planning.scenarios (project_id, number, name, description, cost_surface_id, protected_area_ids,
         protected_threshold, number_of_runs, blm, blm_range, marxan_parameters, metadata, ran_at_least_once,
         solutions_are_locked)
       VALUES ($1, $2, $3, NULL, $4, jsonb_build_array($5::text, $6::text), 0.3, 100, 0.1, '[0, 1]',
         '{"NUMITNS": 1000000, "BLM": 0.1}', '{}', true, $2 = 3) RETURNING id`,
      project,
      number,
      `Scenario ${number}`,
      number === 1 ? surface : null,
      park,
      shared.area,
    )
    await scenarioContent(db, { project, scenario, base, split, shared: shared.feature })
  }
  return project
}

interface ScenarioContent {
  readonly project: string
  readonly scenario: string
  readonly base: string
  readonly split: string
  readonly shared: string
}

async function scenarioContent(db: Queryable, ids: ScenarioContent): Promise<void> {
  const { project, scenario, base, split, shared } = ids
  await db.query(
    `INSERT INTO planning.scenario_planning_units (scenario_id, planning_unit_id, lock_status, in_starting_reserve,
       lock_set_by_user, protected_area, protected_by_default, cost, xloc, yloc)
     SELECT $2, id, (ARRAY['available', 'locked_in', 'locked_out'])[puid % 3 + 1], puid % 2 = 0, puid % 4 = 0,
       CASE WHEN puid % 7 = 0 THEN NULL ELSE puid / 9.0 END, puid % 5 = 0, puid * 0.1::float8,
       CASE WHEN puid % 6 <> 0 THEN puid / 3.0::float8 END, CASE WHEN puid % 6 <> 0 THEN -1e6 * puid END
     FROM planning.planning_units WHERE project_id = $1`,
    [project, scenario],
  )
  await db.query(
    `INSERT INTO planning.boundary_lengths
     SELECT $2, a.id, b.id, a.puid + 0.1 FROM planning.planning_units a
     JOIN planning.planning_units b ON b.project_id = a.project_id AND b.puid = a.puid + 1 WHERE a.project_id = $1`,
    [project, scenario],
  )
  await db.query(
    `INSERT INTO planning.scenario_features (scenario_id, feature_id, marxan_id, type, prop, target, fpf, target2,
       targetocc, sepnum, sepdistance, total_area, protected_area, metadata)
     SELECT $1, f, n - 1, 2, 0.3, NULL, 1.5, 1, 2, 3, 4.5, 1e9, 0, '{"k": "v"}'
     FROM unnest(ARRAY[$2, $3, $4]::uuid[]) WITH ORDINALITY AS u(f, n)`,
    [scenario, base, split, shared],
  )
  await db.query(
    `INSERT INTO planning.scenario_feature_amounts
     SELECT f.id, u.id, 1.0 / (u.puid + 3) FROM planning.scenario_features f, planning.planning_units u
     WHERE f.scenario_id = $2 AND u.project_id = $1`,
    [project, scenario],
  )
  await db.query(
    `INSERT INTO planning.feature_specifications (scenario_id, is_draft, raw)
     VALUES ($1, true, jsonb_build_object('status', 'draft', 'features', jsonb_build_array(
       jsonb_build_object('featureId', $2::text, 'geoprocessingOperations', jsonb_build_array(
         jsonb_build_object('kind', 'split/v1', 'intersectWith', jsonb_build_object('featureId', $3::text)))),
       jsonb_build_object('featureId', $4::text, 'marxanSettings', '{"prop": 0.3}'::jsonb))))`,
    [scenario, base, split, shared],
  )
  await db.query(
    `INSERT INTO planning.run_summaries (scenario_id, run, score, cost, planning_units, connectivity, is_best)
     SELECT $1, n, n * 1.1, n / 3.0, n, 0, n = 1 FROM generate_series(1, 4) n`,
    [scenario],
  )
  await db.query(
    `INSERT INTO planning.run_solutions SELECT $2, n, id FROM planning.planning_units, generate_series(1, 4) n
     WHERE project_id = $1 AND puid % n = 0`,
    [project, scenario],
  )
  await db.query(
    `INSERT INTO planning.run_feature_results (scenario_feature_id, run, amount, occurrences, separation, target_met, mpm)
     SELECT id, n, n / 7.0, n, 0, n % 2 = 0, 1 FROM planning.scenario_features, generate_series(1, 4) n
     WHERE scenario_id = $1`,
    [scenario],
  )
  await db.query(
    `INSERT INTO planning.execution_files (scenario_id, kind, created_at, content)
     SELECT $1, kind, '2020-01-01 00:00:00.000001Z', decode('00ff0a5c2e', 'hex') FROM unnest(ARRAY['input', 'output']) kind`,
    [scenario],
  )
}
