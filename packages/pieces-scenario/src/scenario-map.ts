import type { Queryable, ResourceRef, UnitMap } from '@piecework/core/piece'
import { unitPages } from '@piecework/pieces-project'
import { scenarioTables } from './scenario-tables.js'

const statuses = ['available', 'locked_in', 'locked_out', 'in_starting_reserve']

/** The grid of its project, with costs and statuses of the scenario, and the share of its solutions that has each unit. */
export async function scenarioMap({ id }: ResourceRef, db: Queryable): Promise<UnitMap | undefined> {
  const { rows } = await db.query<{ project: string; runs: number }>(
    `SELECT s.project_id::text AS project,
       (SELECT count(*)::int FROM ${scenarioTables.run_summaries} r WHERE r.scenario_id = s.id) AS runs
     FROM ${scenarioTables.scenarios} s WHERE s.id = $1`,
    [id],
  )
  const [found] = rows
  if (!found) return undefined
  const { project, runs } = found
  const selected = `(SELECT count(*) FROM ${scenarioTables.run_solutions} r WHERE r.scenario_id = s.scenario_id AND r.planning_unit_id = u.id)`
  return {
    of: 'planning-unit',
    coordinates: 'degrees',
    columns: [
      { name: 'status', words: statuses },
      { name: 'cost' },
      ...(runs > 0 ? [{ name: 'selection-frequency' }] : []),
    ],
    units: () =>
      unitPages(
        db,
        project,
        `SELECT CASE s.lock_status WHEN 'locked_in' THEN 1 WHEN 'locked_out' THEN 2
             ELSE CASE WHEN s.in_starting_reserve THEN 3 ELSE 0 END END AS "0",
           s.cost::float8 AS "1"${runs > 0 ? `, ${selected}::float8 / ${runs} AS "2"` : ''}
         FROM ${scenarioTables.scenario_planning_units} s WHERE s.scenario_id = $4 AND s.planning_unit_id = u.id`,
        runs > 0 ? 3 : 2,
        [id],
      ),
  }
}
