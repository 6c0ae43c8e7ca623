import type { Queryable } from '@piecework/core/piece'
import { projectTables } from '@piecework/pieces-project'
import { overlayVertices } from '../defaults.js'
import { scenarioTables } from '../scenario-tables.js'
import { boxesOf, cellSizeOf, cellsOf, meet, valid } from './cells.js'
import { goals } from './goals.js'
import type { ScenarioFacts } from './scenario-facts.js'

/**
 * Where the amounts of a feature come from: those that came with the scenario, else the feature's own, else
 * its shapes.
 */
export type AmountSource = 'scenario' | 'feature' | 'shapes'

/** The goals, each with the source of its amounts. */
const sourced = ({ scenario, project }: ScenarioFacts): string => `
  SELECT goal.id, goal.feature_id, goal.marxan_id,
         CASE WHEN EXISTS (SELECT FROM ${scenarioTables.scenario_feature_amounts} AS own WHERE own.scenario_feature_id = goal.id)
              THEN 'scenario'
              WHEN EXISTS (SELECT FROM ${projectTables.feature_amounts} AS general
                           JOIN ${projectTables.planning_units} AS unit ON unit.id = general.planning_unit_id
                           WHERE general.feature_id = goal.feature_id AND unit.project_id = ${project})
              THEN 'feature'
              ELSE 'shapes' END AS source
  FROM (${goals(scenario)}) AS goal`

export async function amountSources(tx: Queryable, facts: ScenarioFacts): Promise<ReadonlySet<AmountSource>> {
  const { rows } = await tx.query<{ source: AmountSource }>(
    `SELECT DISTINCT source FROM (${sourced(facts)}) AS goal
     WHERE source <> 'shapes' OR EXISTS (SELECT FROM ${projectTables.feature_geometries} AS shape WHERE shape.feature_id = goal.feature_id)`,
  )
  return new Set(rows.map(({ source }) => source))
}

/**
 * By planning unit, then by feature: Marxan reads the columns by position and stops reading a unit where
 * another begins.
 */
export function puvsprSelect(facts: ScenarioFacts, sources: ReadonlySet<AmountSource>): string {
  const stored = (source: AmountSource, table: string, on: string): string => `
    SELECT goal.marxan_id AS species, unit.puid AS pu, stored.amount
    FROM goal
    JOIN planning.${table} AS stored ON ${on}
    JOIN ${projectTables.planning_units} AS unit ON unit.id = stored.planning_unit_id AND unit.project_id = ${facts.project}
    WHERE goal.source = '${source}'`
  const parts = [
    ...(sources.has('feature')
      ? [stored('feature', 'feature_amounts', 'stored.feature_id = goal.feature_id')]
      : []),
    ...(sources.has('shapes') ? ['SELECT species, pu, amount FROM computed WHERE amount > 0'] : []),
  ]
  const scenario = stored('scenario', 'scenario_feature_amounts', 'stored.scenario_feature_id = goal.id')
  return `
    WITH goal AS MATERIALIZED (${sourced(facts)})
    ${sources.has('shapes') ? `, ${computed(facts)}` : ''}
    ${[scenario, ...parts].join(' UNION ALL ')}
    ORDER BY pu, species`
}

/** Areas in square metres of EPSG:3410; where shapes of a feature overlap, the ground counts once. */
const computed = ({ project }: ScenarioFacts): string => `
  unit AS MATERIALIZED (
    SELECT puid AS n, ${valid('geom')} AS geom FROM ${projectTables.planning_units} WHERE project_id = ${project}
  ),
  shape AS MATERIALIZED (
    SELECT row_number() OVER () AS n, goal.marxan_id AS species, piece.geom
    FROM goal JOIN ${projectTables.feature_geometries} AS given ON given.feature_id = goal.feature_id,
         ST_Subdivide(ST_CollectionExtract(${valid('given.geom')}, 3), ${overlayVertices}) AS piece(geom)
    WHERE goal.source = 'shapes'
  ),
  unit_box AS MATERIALIZED (${boxesOf('unit')}),
  shape_box AS MATERIALIZED (${boxesOf('shape')}),
  size AS MATERIALIZED (${cellSizeOf('unit_box')}),
  unit_cell AS MATERIALIZED (${cellsOf('unit_box')}),
  shape_cell AS MATERIALIZED (${cellsOf('shape_box')}),
  pair AS MATERIALIZED (SELECT a.n AS puid, b.n AS shape FROM unit_cell AS a, shape_cell AS b, size WHERE ${meet}),
  computed AS (
    SELECT shape.species, unit.n AS pu,
           round(ST_Area(ST_Transform(ST_Union(ST_Intersection(unit.geom, shape.geom)), 3410))::numeric, 3)::float8 AS amount
    FROM pair JOIN unit ON unit.n = pair.puid JOIN shape ON shape.n = pair.shape
    WHERE ST_Intersects(unit.geom, shape.geom)
    GROUP BY shape.species, unit.n
  )`
