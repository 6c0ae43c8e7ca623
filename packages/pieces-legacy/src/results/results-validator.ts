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
import { tellOtherProject } from './other-project.js'
import { checkSolutions } from './solution-checks.js'

/** Checks an output folder, where it was given, and its files against each other, pu.dat and spec.dat. */
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
  const other = await tellOtherProject({ folder, units, names, signal }, findings)
  tellMissing(folder, findings)
  const options = { findings, signal }
  const summaries = folder.sum
    ? await readSummaries(folder.sum, { ...options, most: folder.limits.runs })
    : []
  // Without units every id would be unknown: what is wrong with pu.dat is told by its own validator.
  const runs =
    units.size > 0 && !other.units
      ? await checkSolutions({ folder, units, summaries, ...options, progress: (done) => progress(done) })
      : undefined
  const whole = findings.errors === 0
  if (names.size > 0 && !other.features)
    for (const file of featureFiles(folder, bestRun(summaries)).values())
      await readFeatureResults(file, names, options)
  if (runs && whole) tellRuns(summaries, runs, folder, findings)
}

/** Results of features by run; `_mvbest` stands in for a best run that has none of its own. */
export function featureFiles(folder: OutputFolder, best: number | undefined): OutputFolder['features'] {
  const { features, bestFeatures } = folder
  if (!bestFeatures || best === undefined || features.has(best)) return features
  return new Map([...features, [best, bestFeatures]])
}

function tellMissing({ scenario, sum, matrix, solutions }: OutputFolder, findings: FindingCollector): void {
  const tell = (what: string, hint: string) =>
    findings.error('legacy/output-missing', { file: outputRole }, () => ({
      message: `The output folder does not hold ${what}`,
      hint,
    }))
  if (!sum) tell(`${scenario}_sum, the summary of all runs`, 'Run Marxan with SAVESUMMARY 3.')
  if (!matrix && solutions.size === 0)
    tell(
      `${scenario}_solutionsmatrix or ${scenario}_r00001 and so on, the solutions of all runs`,
      'Run Marxan with SAVESOLUTIONSMATRIX 3 or SAVERUN 3.',
    )
}

function tellRuns(
  summaries: readonly RunSummary[],
  solutions: ReadonlySet<number>,
  folder: OutputFolder,
  findings: FindingCollector,
): void {
  const stated = new Set(summaries.map(({ run }) => run))
  const tell = (runs: Iterable<number>, code: string, what: string) => {
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
  tell(without(stated, solutions), 'legacy/run-without-solution', 'a summary and no solution')
  tell(
    new Set([...without(solutions, stated), ...without(folder.features.keys(), stated)]),
    'legacy/run-without-summary',
    'results and no summary',
  )
}
