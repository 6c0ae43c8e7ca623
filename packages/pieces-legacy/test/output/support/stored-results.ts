import type { Queryable } from '@piecework/core/piece'
import type { PlainResults } from './plain-results.js'

/** The results in the tables of a project's one scenario. */
export async function storedResults(db: Queryable, project: string): Promise<PlainResults> {
  const query = async (sql: string) => {
    const { rows } = await db.query<{ values: (number | null)[] }>(
      `SELECT json_build_array(${sql.replace('SCENARIO', `(SELECT id FROM planning.scenarios WHERE project_id = $1)`)}`,
      [project],
    )
    return rows.map(({ values }) => values)
  }
  const runs = await query(
    `run, score, cost, planning_units, connectivity, penalty, shortfall, mpm) AS values
     FROM planning.run_summaries WHERE scenario_id = SCENARIO ORDER BY run`,
  )
  const best = await query(
    `run) AS values FROM planning.run_summaries WHERE is_best AND scenario_id = SCENARIO`,
  )
  const solutions = await query(
    `run, puid) AS values FROM planning.run_solutions JOIN planning.planning_units ON id = planning_unit_id
     WHERE scenario_id = SCENARIO ORDER BY run, puid`,
  )
  const selected: Record<number, number[]> = {}
  for (const [run, puid] of solutions) {
    const ids = selected[Number(run)] ?? []
    ids.push(Number(puid))
    selected[Number(run)] = ids
  }
  const features = await query(
    `run, marxan_id, amount, occurrences, separation, target_met, mpm) AS values
     FROM planning.run_feature_results JOIN planning.scenario_features AS goal ON goal.id = scenario_feature_id
     WHERE goal.scenario_id = SCENARIO ORDER BY run, marxan_id`,
  )
  return { runs, best: best.length === 1 ? (best[0]?.[0] ?? undefined) : undefined, selected, features }
}
