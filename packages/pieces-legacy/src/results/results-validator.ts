import {
  FindingCollector,
  isPieceworkError,
  type NewFinding,
  type ValidationContext,
  type Validator,
} from '@piecework/core/piece'
import {
  currentRuns,
  featureNames,
  isOutputError,
  type OutputFolder,
  openOutput,
  outputRole,
  type ReadResultOptions,
  readFeatureResults,
  readSummaries,
  tableIds,
} from '@piecework/marxan-files'
import { checkOtherProject } from './check-other-project.js'
import { checkSolutions } from './check-solutions.js'
import { featureFiles } from './feature-files.js'
import { reportLeftover, reportWithoutSolution } from './report-runs.js'
import type { ResultsOptions } from './results-options.js'

/** Checks an output folder, if it was uploaded, and its files against each other, pu.dat and spec.dat. */
export const resultsValidator: Validator<ResultsOptions> = {
  async *validate(context) {
    const { entries, signal, options } = context
    if (options.skip || !entries.paths.includes(outputRole)) return
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
    for (const finding of findings.list()) yield withWayOut(finding)
  },
}

/** Nothing of the project depends on its results. */
const withWayOut = (finding: NewFinding): NewFinding =>
  finding.severity === 'warning' || finding.hint !== undefined
    ? finding
    : { ...finding, hint: finding.code === 'legacy/unit-unknown' ? mendUnits : leaveOut }

const leaveOut = 'If the results are not needed, leave them out (marxan-check: --no-results).'
const mendUnits =
  'Mend pu.dat first, if it lacks the planning unit; if the results are of another project, leave them out (marxan-check: --no-results).'

const isRefusal = (error: unknown) =>
  isOutputError(error) || isPieceworkError(error, 'legacy/marzone') || isPieceworkError(error, 'legacy/cluz')

async function check(
  opened: OutputFolder,
  { entries, signal, progress }: Pick<ValidationContext, 'entries' | 'signal' | 'progress'>,
  findings: FindingCollector,
): Promise<void> {
  const units = (await tableIds(entries, 'pu.dat', signal)).index
  const names = await featureNames(entries, signal)
  const options = { findings, signal }
  const { summaries, folder, leftover } = await stated(opened, options)
  const other = await checkOtherProject({ folder, units, names, signal }, findings)
  reportMissingFiles(opened, findings)
  const add = (run: number) => void leftover.add(run)
  // Without units every id would be unknown; the validator of pu.dat reports what is wrong there.
  const checked =
    units.size > 0 && !other.units
      ? await checkSolutions({ folder, units, summaries, ...options, leftover: add, progress })
      : undefined
  if (checked && findings.errors === 0) reportWithoutSolution(summaries, checked.runs, folder, findings)
  if (names.size > 0 && !other.features)
    for (const file of featureFiles(folder, checked?.best).values())
      await readFeatureResults(file, names, options)
  reportLeftover(leftover, folder, findings)
}

/** A summary with errors does not tell which runs are left over. */
async function stated(folder: OutputFolder, options: Required<ReadResultOptions>) {
  const { findings } = options
  const errors = findings.errors
  const summaries = folder.sum
    ? await readSummaries(folder.sum, { ...options, most: folder.limits.runs })
    : []
  if (!folder.sum || findings.errors > errors) return { summaries, folder, leftover: new Set<number>() }
  const { current, leftover } = currentRuns(folder, summaries)
  return { summaries, folder: current, leftover: new Set(leftover) }
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
  if (!sum)
    report(
      `${scenario}_sum, the summary of all runs`,
      'Run Marxan with SAVESUMMARY 3, or leave the results out (marxan-check: --no-results).',
    )
  if (!matrix && solutions.size === 0)
    report(
      `${scenario}_solutionsmatrix or ${scenario}_r00001 and so on, the solutions of all runs`,
      'Run Marxan with SAVESOLUTIONSMATRIX 3 or SAVERUN 3, or leave the results out (marxan-check: --no-results).',
    )
}
