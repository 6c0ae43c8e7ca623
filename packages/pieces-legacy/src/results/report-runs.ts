import type { FindingCollector } from '@piecework/core/piece'
import { IdSample, type OutputFolder, outputRole, pluralize, type RunSummary } from '@piecework/marxan-files'

/** Reports runs of the summary that have no solution. An error if none has one. */
export function reportWithoutSolution(
  summaries: readonly RunSummary[],
  solutions: ReadonlySet<number>,
  { sum }: OutputFolder,
  findings: FindingCollector,
): void {
  const without = sampled(summaries.map(({ run }) => run).filter((run) => !solutions.has(run)))
  if (without.count === 0) return
  const name = sum?.name ?? outputRole
  if (without.count === summaries.length)
    findings.error('legacy/output-missing', { file: outputRole }, () => ({
      message: `The output folder does not hold a solution of any run of ${name}: ${without.text}`,
      hint: 'Run Marxan with SAVESOLUTIONSMATRIX 3 or SAVERUN 3, or leave the results out (marxan-check: --no-results).',
    }))
  else
    findings.warning('legacy/run-without-solution', { file: name }, () => ({
      message: `${pluralize(without.count, 'run has', 'runs have')} a summary and no solution: ${without.text}`,
      count: without.count,
    }))
}

/** Reports runs that the summary does not have. */
export function reportLeftover(
  leftover: ReadonlySet<number>,
  { sum }: OutputFolder,
  findings: FindingCollector,
): void {
  const runs = sampled(leftover)
  if (runs.count === 0) return
  const name = sum?.name ?? outputRole
  findings.warning('legacy/run-without-summary', { file: name }, () => ({
    message: `${pluralize(runs.count, 'run has', 'runs have')} results and no summary in ${name}: ${runs.text}; they are taken as left over from before and were not read`,
    count: runs.count,
  }))
}

function sampled(runs: Iterable<number>): IdSample {
  const sample = new IdSample()
  for (const run of [...runs].sort((a, b) => a - b)) sample.add(run)
  return sample
}
