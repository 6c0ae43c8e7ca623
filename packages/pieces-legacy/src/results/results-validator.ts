import {
  FindingCollector,
  isPieceworkError,
  type ValidationContext,
  type Validator,
} from '@piecework/core/piece'
import {
  bestRun,
  featureNames,
  IdSample,
  isOutputError,
  type OutputFolder,
  openOutput,
  outputRole,
  pluralize,
  type RunSummary,
  readFeatureResults,
  readSummaries,
  tableIds,
} from '@piecework/marxan-files'
import { checkOtherProject } from './check-other-project.js'
import { checkSolutions } from './check-solutions.js'
import { featureFiles } from './feature-files.js'

/** Checks an output folder, if it was uploaded, and its files against each other, pu.dat and spec.dat. */
export const resultsValidator: Validator = {
  async *validate(context) {
    const { entries, signal } = context
    if (!entries.paths.includes(outputRole)) return
    const findings = new FindingCollector({ acrossFiles: true })
    try {
      await check(await openOutput(entries, { findings, signal }), context, findings)
    } catch (error) {
      if (!isRefusal(error)) throw error
      const hint = error.findings[0]?.hint
      findings.error(error.code, { file: outputRole }, () => ({
        message: error.message,
        ...(hint !== undefined && { hint }),
      }))
    }
    yield* findings.list()
  },
}

const isRefusal = (error: unknown) =>
  isOutputError(error) || isPieceworkError(error, 'legacy/marzone') || isPieceworkError(error, 'legacy/cluz')

async function check(
  folder: OutputFolder,
  { entries, signal, progress }: Pick<ValidationContext, 'entries' | 'signal' | 'progress'>,
  findings: FindingCollector,
): Promise<void> {
  const units = (await tableIds(entries, 'pu.dat', signal)).index
  const names = await featureNames(entries, signal)
  const other = await checkOtherProject({ folder, units, names, signal }, findings)
  reportMissingFiles(folder, findings)
  const options = { findings, signal }
  const summaries = folder.sum
    ? await readSummaries(folder.sum, { ...options, most: folder.limits.runs })
    : []
  // Without units every id would be unknown; the validator of pu.dat reports what is wrong there.
  const runs =
    units.size > 0 && !other.units
      ? await checkSolutions({ folder, units, summaries, ...options, progress: (done) => progress(done) })
      : undefined
  const isWhole = findings.errors === 0
  if (names.size > 0 && !other.features)
    for (const file of featureFiles(folder, bestRun(summaries)).values())
      await readFeatureResults(file, names, options)
  if (runs && isWhole) reportUnmatchedRuns(summaries, runs, folder, findings)
}

function reportMissingFiles(
  { scenario, sum, matrix, solutions }: OutputFolder,
  findings: FindingCollector,
): void {
  const report = (what: string, hint: string) =>
    findings.error('legacy/output-missing', { file: outputRole }, () => ({
      message: `The output folder does not hold ${what}`,
      hint,
    }))
  if (!sum) report(`${scenario}_sum, the summary of all runs`, 'Run Marxan with SAVESUMMARY 3.')
  if (!matrix && solutions.size === 0)
    report(
      `${scenario}_solutionsmatrix or ${scenario}_r00001 and so on, the solutions of all runs`,
      'Run Marxan with SAVESOLUTIONSMATRIX 3 or SAVERUN 3.',
    )
}

function reportUnmatchedRuns(
  summaries: readonly RunSummary[],
  solutions: ReadonlySet<number>,
  folder: OutputFolder,
  findings: FindingCollector,
): void {
  const stated = new Set(summaries.map(({ run }) => run))
  const report = (runs: Iterable<number>, code: string, what: string) => {
    const ids = new IdSample()
    for (const run of runs) ids.add(run)
    if (ids.count > 0)
      findings.warning(code, { file: folder.sum?.name ?? outputRole }, () => ({
        message: `${pluralize(ids.count, 'run has', 'runs have')} ${what}: ${ids.text}`,
        count: ids.count,
      }))
  }
  const without = (runs: Iterable<number>, others: ReadonlySet<number>) =>
    [...runs].filter((run) => !others.has(run))
  report(without(stated, solutions), 'legacy/run-without-solution', 'a summary and no solution')
  report(
    new Set([...without(solutions, stated), ...without(folder.features.keys(), stated)]),
    'legacy/run-without-summary',
    'results and no summary',
  )
}
