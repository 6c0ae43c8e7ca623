import type { ExportContext, Piece, PieceCounts } from '@piecework/core/piece'
import {
  outputNames,
  type ResultKind,
  resultFileName,
  writeFeatureResults,
  writeFrequency,
  writeSolution,
  writeSummary,
} from '@piecework/marxan-files'
import { type PlanningDatabases, placed } from '@piecework/pieces-project'
import { scenarioTables } from '../scenario-tables.js'
import { featureResultsSelect, targetRows } from './feature-results.js'
import { planByHash } from './plan-by-hash.js'
import { runsOf } from './runs.js'
import { scenarioFacts } from './scenario-facts.js'
import { frequencySelect, solutionSelect, solutionsMatrix } from './solutions.js'
import { summarySelect } from './summary.js'

/**
 * Results as Marxan's own files. Nothing is read from them at import: the rows travel with scenario/results.
 */
export const marxanOutput = (databases: PlanningDatabases): Piece => ({
  contract: 1,
  ...placed('scenario/marxan-output', databases),
  of: 'scenario',
  version: 1,
  exportOnly: true,
  applies: async ({ db, resource }) => {
    const { rows } = await db.query<{ applies: boolean }>(
      `SELECT EXISTS (SELECT FROM ${scenarioTables.run_summaries} WHERE scenario_id = $1)
              OR EXISTS (SELECT FROM ${scenarioTables.run_solutions} WHERE scenario_id = $1)
              OR EXISTS (SELECT FROM ${scenarioTables.run_feature_results} AS result
                         JOIN ${scenarioTables.scenario_features} AS goal ON goal.id = result.scenario_feature_id
                         WHERE goal.scenario_id = $1) AS applies`,
      [resource.id],
    )
    return rows[0]?.applies === true
  },
  exporter: { export: writeResults },
})

async function writeResults({ tx, resource, write, signal }: ExportContext): Promise<PieceCounts> {
  await planByHash(tx)
  const facts = await scenarioFacts(tx, resource.id)
  const runs = await runsOf(tx, facts)
  const scenario = outputNames.SCENNAME.written
  const result = async (kind: ResultKind, bytes: AsyncIterable<Uint8Array>, run?: number) => {
    signal.throwIfAborted()
    await write(resultFileName(scenario, kind, run), bytes)
  }
  if (runs.summaries) await result('sum', writeSummary(tx.copyOut(summarySelect(facts))))
  if (runs.solutions.length > 0) {
    const solution = (run: number) => writeSolution(tx.copyOut(solutionSelect(facts, run)))
    for (const run of runs.solutions) await result('r', solution(run), run)
    if (runs.best !== undefined) await result('best', solution(runs.best))
    await result('ssoln', writeFrequency(tx.copyOut(frequencySelect(facts))))
    await result('solutionsmatrix', solutionsMatrix(facts, runs.solutions, tx))
  }
  if (runs.features.length > 0) {
    const targets = await targetRows(tx, facts)
    const features = (run: number) =>
      writeFeatureResults(tx.copyOut(featureResultsSelect(facts, run, targets)))
    for (const run of runs.features) await result('mv', features(run), run)
    if (runs.best !== undefined && runs.features.includes(runs.best))
      await result('mvbest', features(runs.best))
  }
  return { rows: 0 }
}
