import type { Queryable } from '@piecework/core/piece'
import { scenarioTables } from '../scenario-tables.js'
import type { ScenarioFacts } from './scenario-facts.js'

/** Runs of the solver that a scenario has results of, in order. */
export interface Runs {
  readonly summaries: boolean
  /** Those of summaries and solutions; empty if there are no solutions. */
  readonly solutions: readonly number[]
  /** Those with results per feature. */
  readonly features: readonly number[]
  readonly best: number | undefined
}

export async function runsOf(tx: Queryable, { scenario }: ScenarioFacts): Promise<Runs> {
  const summaries = await numbers(
    tx,
    `SELECT run FROM ${scenarioTables.run_summaries} WHERE scenario_id = ${scenario}`,
  )
  // From one run to the next by the primary key: there are a hundred among a hundred million rows.
  const selected = await numbers(
    tx,
    `WITH RECURSIVE found AS (
       (SELECT min(run) AS run FROM ${scenarioTables.run_solutions} WHERE scenario_id = ${scenario})
       UNION ALL
       SELECT (SELECT min(run) FROM ${scenarioTables.run_solutions} WHERE scenario_id = ${scenario} AND run > found.run)
       FROM found WHERE found.run IS NOT NULL
     ) SELECT run FROM found WHERE run IS NOT NULL`,
  )
  const features = await numbers(
    tx,
    `SELECT DISTINCT result.run FROM ${scenarioTables.run_feature_results} AS result
     JOIN ${scenarioTables.scenario_features} AS goal ON goal.id = result.scenario_feature_id WHERE goal.scenario_id = ${scenario}`,
  )
  const best = await numbers(
    tx,
    `SELECT run FROM (SELECT run FROM ${scenarioTables.run_summaries} WHERE scenario_id = ${scenario}
                      ORDER BY is_best DESC, score NULLS LAST, run LIMIT 1) AS best`,
  )
  return {
    summaries: summaries.length > 0,
    solutions: selected.length > 0 ? sorted([...summaries, ...selected]) : [],
    features: sorted(features),
    best: best[0],
  }
}

async function numbers(tx: Queryable, sql: string): Promise<readonly number[]> {
  return (await tx.query<{ run: number }>(sql)).rows.map(({ run }) => run)
}

const sorted = (runs: readonly number[]): readonly number[] => [...new Set(runs)].sort((a, b) => a - b)
