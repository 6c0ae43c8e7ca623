import { scenarioTables } from '../scenario-tables.js'
import type { ScenarioFacts } from './scenario-facts.js'

/** As an import has it, of results without those of features. */
const stated = `CASE WHEN summary.metadata->>'Missing_Values' ~ '^[0-9]{1,9}$'
       THEN (summary.metadata->>'Missing_Values')::integer END`

/** The rows of the file `_sum`. */
export const summarySelect = ({ scenario }: ScenarioFacts): string => `
  SELECT summary.run, score, cost, planning_units, connectivity, penalty, shortfall, coalesce(missing.count, ${stated}) AS missing, mpm
  FROM ${scenarioTables.run_summaries} AS summary
  LEFT JOIN (
    SELECT result.run, count(*) FILTER (WHERE NOT result.target_met) AS count
    FROM ${scenarioTables.run_feature_results} AS result
    JOIN ${scenarioTables.scenario_features} AS goal ON goal.id = result.scenario_feature_id
    WHERE goal.scenario_id = ${scenario} GROUP BY result.run
  ) AS missing ON missing.run = summary.run
  WHERE summary.scenario_id = ${scenario}
  ORDER BY summary.run`
