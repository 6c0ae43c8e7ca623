import type { ExportContext, Piece, PieceCounts } from '@piecework/core/piece'
import { scenarioName } from '@piecework/marxan-files'
import { underHeader } from './bytes.js'
import { featureResultsHeader, featureResultsSelect, targetRows } from './feature-results.js'
import { planByHash } from './plan-by-hash.js'
import { runsOf } from './runs.js'
import { scenarioFacts } from './scenario-facts.js'
import {
  frequencyHeader,
  frequencySelect,
  solutionHeader,
  solutionSelect,
  solutionsMatrix,
} from './solutions.js'
import { summaryHeader, summarySelect } from './summary.js'

/** Results as Marxan's own files. Nothing is read from them at import: the rows travel with scenario/results. */
export const marxanOutput: Piece = {
  contract: 1,
  name: 'scenario/marxan-output',
  of: 'scenario',
  version: 1,
  exportOnly: true,
  applies: async ({ db, resource }) => {
    const { rows } = await db.query<{ applies: boolean }>(
      `SELECT EXISTS (SELECT FROM planning.run_summaries WHERE scenario_id = $1)
              OR EXISTS (SELECT FROM planning.run_solutions WHERE scenario_id = $1)
              OR EXISTS (SELECT FROM planning.run_feature_results AS result
                         JOIN planning.scenario_features AS goal ON goal.id = result.scenario_feature_id
                         WHERE goal.scenario_id = $1) AS applies`,
      [resource.id],
    )
    return rows[0]?.applies === true
  },
  exporter: { export: writeResults },
}

async function writeResults({ tx, resource, write, signal }: ExportContext): Promise<PieceCounts> {
  await planByHash(tx)
  const facts = await scenarioFacts(tx, resource.id)
  const runs = await runsOf(tx, facts)
  const table = async (kind: string, header: string, select: string): Promise<void> => {
    signal.throwIfAborted()
    await write(`${scenarioName}_${kind}.csv`, underHeader(header, tx.copyOut(select)))
  }
  if (runs.summaries) await table('sum', summaryHeader, summarySelect(facts))
  if (runs.solutions.length > 0) {
    for (const run of runs.solutions)
      await table(`r${numbered(run)}`, solutionHeader, solutionSelect(facts, run))
    if (runs.best !== undefined) await table('best', solutionHeader, solutionSelect(facts, runs.best))
    await table('ssoln', frequencyHeader, frequencySelect(facts))
    await write(`${scenarioName}_solutionsmatrix.csv`, solutionsMatrix(facts, runs.solutions, tx))
  }
  if (runs.features.length > 0) {
    const targets = await targetRows(tx, facts)
    const features = (run: number): string => featureResultsSelect(facts, run, targets)
    for (const run of runs.features) await table(`mv${numbered(run)}`, featureResultsHeader, features(run))
    if (runs.best !== undefined && runs.features.includes(runs.best))
      await table('mvbest', featureResultsHeader, features(runs.best))
  }
  return { rows: 0 }
}

const numbered = (run: number): string => String(run).padStart(5, '0')
