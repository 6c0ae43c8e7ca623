import type { Queryable } from '@piecework/core/piece'
import * as assert from 'uvu/assert'

export interface PortableScenario {
  readonly surface: string | null
  readonly units: unknown
  readonly amounts: unknown
  readonly boundary: unknown
  readonly solutions: unknown
  /** Names of the protected areas in its document. */
  readonly selected: readonly (string | null)[]
  /** Names of the features in its specification. */
  readonly specified: readonly (string | null)[]
}

const names = (table: string, ids: string): string =>
  `(SELECT jsonb_agg((SELECT q.name FROM planning.${table} q WHERE q.id::text = x.id) ORDER BY x.n) FROM ${ids} AS x(id, n))`

/** What a scenario says about the units, features and areas of its project, without ids. */
export async function portableScenario(db: Queryable, scenario: string): Promise<PortableScenario> {
  const { rows } = await db.query<PortableScenario>(
    `SELECT c.name AS surface,
       (SELECT jsonb_agg(jsonb_build_array(u.puid, p.lock_status, p.cost, p.xloc, p.yloc) ORDER BY u.puid)
        FROM planning.scenario_planning_units p JOIN planning.planning_units u ON u.id = p.planning_unit_id
        WHERE p.scenario_id = s.id AND u.project_id = s.project_id) AS units,
       (SELECT jsonb_agg(jsonb_build_array(f.name, t.marxan_id, t.prop, u.puid, a.amount) ORDER BY f.name, u.puid)
        FROM planning.scenario_features t JOIN planning.features f ON f.id = t.feature_id
        JOIN planning.scenario_feature_amounts a ON a.scenario_feature_id = t.id
        JOIN planning.planning_units u ON u.id = a.planning_unit_id
        WHERE t.scenario_id = s.id AND u.project_id = s.project_id) AS amounts,
       (SELECT jsonb_agg(jsonb_build_array(u.puid, o.puid, b.length) ORDER BY u.puid, o.puid)
        FROM planning.boundary_lengths b JOIN planning.planning_units u ON u.id = b.planning_unit_id
        JOIN planning.planning_units o ON o.id = b.other_planning_unit_id WHERE b.scenario_id = s.id) AS boundary,
       (SELECT jsonb_agg(jsonb_build_array(r.run, u.puid) ORDER BY r.run, u.puid)
        FROM planning.run_solutions r JOIN planning.planning_units u ON u.id = r.planning_unit_id
        WHERE r.scenario_id = s.id AND u.project_id = s.project_id) AS solutions,
       ${names('protected_areas', 'jsonb_array_elements_text(s.protected_area_ids) WITH ORDINALITY')} AS selected,
       (SELECT ${names('features', "jsonb_path_query(f.raw, '$.**.featureId') WITH ORDINALITY").replace('x.id)', "x.id #>> '{}')")}
        FROM planning.feature_specifications f WHERE f.scenario_id = s.id) AS specified
     FROM planning.scenarios s LEFT JOIN planning.cost_surfaces c ON c.id = s.cost_surface_id WHERE s.id = $1`,
    [scenario],
  )
  const [row] = rows
  assert.ok(row)
  return row
}
