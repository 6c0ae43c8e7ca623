import type { Transaction } from '@piecework/core/piece'
import { writeSolutionsMatrix } from '@piecework/marxan-files'
import { projectTables } from '@piecework/pieces-project'
import { scenarioTables } from '../scenario-tables.js'
import type { ScenarioFacts } from './scenario-facts.js'

const units = ({ project }: ScenarioFacts): string =>
  `${projectTables.planning_units} AS unit WHERE unit.project_id = ${project} ORDER BY unit.puid`

const selected = ({ scenario, project }: ScenarioFacts, run: number, columns: string): string => `
  SELECT ${columns} FROM ${projectTables.planning_units} AS unit
  LEFT JOIN ${scenarioTables.run_solutions} AS chosen
    ON chosen.planning_unit_id = unit.id AND chosen.scenario_id = ${scenario} AND chosen.run = ${run}
  WHERE unit.project_id = ${project} ORDER BY unit.puid`

const bit = 'CASE WHEN chosen.run IS NULL THEN 0 ELSE 1 END AS solution'

/** Every unit, with 1 if the run selected it. */
export const solutionSelect = (facts: ScenarioFacts, run: number): string =>
  selected(facts, run, `unit.puid, ${bit}`)

/** In how many runs each unit is selected. */
export const frequencySelect = ({ scenario, project }: ScenarioFacts): string => `
  SELECT unit.puid, coalesce(chosen.count, 0) AS number
  FROM ${projectTables.planning_units} AS unit
  LEFT JOIN (SELECT planning_unit_id, count(*) AS count FROM ${scenarioTables.run_solutions}
             WHERE scenario_id = ${scenario} GROUP BY planning_unit_id) AS chosen ON chosen.planning_unit_id = unit.id
  WHERE unit.project_id = ${project} ORDER BY unit.puid`

/** A row for each run, a column for each unit. */
export function solutionsMatrix(
  facts: ScenarioFacts,
  runs: readonly number[],
  tx: Pick<Transaction, 'copyOut'>,
): AsyncIterable<Uint8Array> {
  const labels = tx.copyOut(`SELECT 'P' || unit.puid AS unit FROM ${units(facts)}`)
  const rows = function* () {
    for (const run of runs) yield { run, selected: tx.copyOut(selected(facts, run, bit)) }
  }
  return writeSolutionsMatrix(labels, rows())
}
