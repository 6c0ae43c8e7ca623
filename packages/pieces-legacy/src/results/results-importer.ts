import {
  FindingCollector,
  type ImportContext,
  type PieceCounts,
  type PieceImporter,
  PieceworkError,
} from '@piecework/core/piece'
import {
  type BestRun,
  BestRunSearch,
  currentRuns,
  featureNames,
  type OutputFolder,
  openOutput,
  outputRole,
  type RunSummary,
  readSummaries,
  tableIds,
} from '@piecework/marxan-files'
import { projectTables } from '@piecework/pieces-project'
import { scenarioTables } from '@piecework/pieces-scenario'
import { uuidExpression } from '@piecework/postgres'
import { assertRowCount } from '../staging/assert-row-count.js'
import { projectOf } from '../staging/project-of.js'
import { reportSkippedRows } from '../staging/report-skipped-rows.js'
import { countWithoutUnit } from '../units/count-without-unit.js'
import { bestSolution } from './best-solution.js'
import { featureFiles } from './feature-files.js'
import type { ResultsOptions } from './results-options.js'
import { stageFeatureResults } from './stage-feature-results.js'
import { stageRuns } from './stage-runs.js'
import { stageSolutions } from './stage-solutions.js'

/** Runs, solutions and results of features from an output folder, if it was uploaded. */
export const resultsImporter: PieceImporter<ResultsOptions> = {
  import: async (context) => {
    const counts = await insertResults(context)
    if (counts) await markRun(context)
    return counts ?? { rows: 0 }
  },
}

/** The same without the scenario's own row. */
export const resultsAloneImporter: PieceImporter<ResultsOptions> = {
  import: async (context) => (await insertResults(context)) ?? { rows: 0 },
}

/** The scenario's own row alone, if its results were imported before. */
export const runMarkImporter: PieceImporter = {
  import: async (context) => {
    const { rows } = await context.tx.query<{ ran: boolean }>(
      `SELECT EXISTS (SELECT FROM ${scenarioTables.run_summaries} WHERE scenario_id = $1) AS ran`,
      [context.resource.id],
    )
    if (rows[0]?.ran) await markRun(context)
    return { rows: 0 }
  },
}

/** Undefined if there is nothing to import. */
async function insertResults(context: ImportContext<ResultsOptions>): Promise<PieceCounts | undefined> {
  const { entries, signal, options } = context
  if (options.skip || !entries.paths.includes(outputRole)) return undefined
  const findings = new FindingCollector()
  const opened = await openOutput(entries, { findings, signal })
  const summaries = opened.sum
    ? await readSummaries(opened.sum, { findings, signal, most: opened.limits.runs })
    : []
  if (findings.errors > 0 || summaries.length === 0)
    throw new PieceworkError(
      'validation-failed',
      'The output folder has errors that its validation did not report',
    )
  const { current } = currentRuns(opened, summaries)
  const { best, ...solutions } = await insertSolutions(context, current, summaries)
  const runs = await insertRuns(context, summaries, best)
  const features = await insertFeatureResults(context, current, best)
  return { rows: runs + solutions.rows + features, skipped: solutions.skipped }
}

async function insertRuns(
  context: ImportContext<ResultsOptions>,
  summaries: readonly RunSummary[],
  best: BestRun,
): Promise<number> {
  const { tx, ids, resource } = context
  const parsed = await stageRuns(context, summaries)
  const { rowCount } = await tx.query(
    `INSERT INTO ${scenarioTables.run_summaries}
       (id, scenario_id, run, score, cost, planning_units, connectivity, penalty, shortfall, mpm, is_best, metadata)
     SELECT ${uuidExpression(ids.key('run_summaries'), 'run')}, $1::uuid, run, score, cost, planning_units, connectivity,
            penalty, shortfall, mpm, run = $2::integer, metadata
     FROM legacy_runs`,
    [resource.id, best.run],
  )
  assertRowCount('The summary of runs', parsed, rowCount)
  return rowCount
}

async function insertSolutions(
  context: ImportContext<ResultsOptions>,
  folder: OutputFolder,
  summaries: readonly RunSummary[],
): Promise<{ readonly rows: number; readonly skipped: number; readonly best: BestRun }> {
  const { tx, resource, entries, signal } = context
  const units = (await tableIds(entries, 'pu.dat', signal)).index
  const project = await projectOf(tx, resource.id)
  const options = { findings: new FindingCollector({ limit: 0 }), signal }
  const search = new BestRunSearch(summaries, await bestSolution(folder, units, options))
  const parsed = await stageSolutions(context, folder, units, (run, selected) => search.add(run, selected))
  const { rowCount } = await tx.query(
    `INSERT INTO ${scenarioTables.run_solutions} (scenario_id, run, planning_unit_id)
     SELECT $1::uuid, selected.run, unit.id
     FROM legacy_selected AS selected
     JOIN ${projectTables.planning_units} AS unit ON unit.project_id = $2::uuid AND unit.puid = selected.puid`,
    [resource.id, project],
  )
  const skipped = await countWithoutUnit(tx, 'legacy_selected', 'puid', project)
  assertRowCount('The solutions', parsed, rowCount, skipped)
  reportSkippedRows(context, outputRole, skipped)
  return { rows: rowCount, skipped, best: search.result }
}

async function insertFeatureResults(
  context: ImportContext<ResultsOptions>,
  folder: OutputFolder,
  best: BestRun,
): Promise<number> {
  const { tx, ids, resource, entries, signal } = context
  const names = await featureNames(entries, signal)
  const parsed = await stageFeatureResults(context, featureFiles(folder, best), names)
  const { rowCount } = await tx.query(
    `INSERT INTO ${scenarioTables.run_feature_results}
       (id, scenario_feature_id, run, amount, occurrences, separation, target_met, mpm)
     SELECT ${uuidExpression(ids.key('run_feature_results'), `(result.run || ' ' || result.feature)`)}, own.id, result.run,
            result.amount, result.occurrences, result.separation, result.target_met, result.mpm
     FROM legacy_feature_results AS result
     JOIN ${scenarioTables.scenario_features} AS own ON own.scenario_id = $1::uuid AND own.marxan_id = result.feature`,
    [resource.id],
  )
  assertRowCount('The results of features', parsed, rowCount)
  return rowCount
}

async function markRun({
  tx,
  resource,
  entries,
}: Pick<ImportContext, 'tx' | 'resource' | 'entries'>): Promise<void> {
  const locked = entries.facts(outputRole)?.metadata?.solutionsAreLocked === true
  await tx.query(
    `UPDATE ${scenarioTables.scenarios} SET ran_at_least_once = true, solutions_are_locked = $2::boolean WHERE id = $1`,
    [resource.id, locked],
  )
}
