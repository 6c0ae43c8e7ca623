import type { Queryable } from '@piecework/core/piece'
import { projectTables } from '@piecework/pieces-project'
import { uuidLiteral } from '@piecework/postgres'
import { scenarioTables } from '../scenario-tables.js'
import { goals, usable } from './goals.js'
import type { ScenarioFacts } from './scenario-facts.js'

/** Target amounts by scenario feature, as rows of VALUES: summed once, used for every run. */
export async function targetRows(
  tx: Queryable,
  { scenario, project }: ScenarioFacts,
): Promise<readonly string[]> {
  const { rows } = await tx.query<{ id: string; target: number | null }>(
    `SELECT goal.id::text AS id, coalesce(
       ${usable('goal.target')},
       goal.prop * (SELECT sum(own.amount ORDER BY own.amount) FROM ${scenarioTables.scenario_feature_amounts} AS own
                    WHERE own.scenario_feature_id = goal.id),
       goal.prop * (SELECT sum(general.amount ORDER BY general.amount) FROM ${projectTables.feature_amounts} AS general
                    JOIN ${projectTables.planning_units} AS unit ON unit.id = general.planning_unit_id
                    WHERE general.feature_id = goal.feature_id AND unit.project_id = ${project}),
       goal.prop * ${usable('goal.total_area')}
     ) AS target
     FROM ${scenarioTables.scenario_features} AS goal WHERE goal.scenario_id = ${scenario}`,
  )
  return rows.map(
    ({ id, target }) =>
      `(${uuidLiteral(id)}, ${target !== null && Number.isFinite(target) ? target : 'NULL'}::float8)`,
  )
}

/** What each feature got in a run. */
export const featureResultsSelect = (
  { scenario }: ScenarioFacts,
  run: number,
  targets: readonly string[],
): string => `
  SELECT goal.marxan_id, goal.written AS name, wanted.target, result.amount,
         coalesce(${usable('goal.targetocc')}, 0) AS targetocc, result.occurrences,
         coalesce(${usable('goal.sepnum')}, 0) AS sepnum, result.separation,
         CASE result.target_met WHEN true THEN 'yes' WHEN false THEN 'no' END AS met, result.mpm
  FROM (${goals(scenario)}) AS goal
  JOIN ${scenarioTables.run_feature_results} AS result ON result.scenario_feature_id = goal.id AND result.run = ${run}
  JOIN (VALUES ${targets.join(', ')}) AS wanted(id, target) ON wanted.id = goal.id
  ORDER BY goal.marxan_id`
