import type { FindingCollector } from '@piecework/core/piece'
import {
  type BestRun,
  IdSample,
  type OutputFolder,
  outputRole,
  type RunSummary,
} from '@piecework/marxan-files'

/** Reports a warning if the files do not say which run is the best, or `_best` is another one. */
export function reportBest(
  { run, isCertain, tied, bestIs }: BestRun,
  folder: OutputFolder,
  summaries: readonly RunSummary[],
  findings: FindingCollector,
): void {
  if (run === undefined || isCertain) return
  const unread = unreadBestFeatures(folder, run)
  const scoreOf = (one: number) => summaries.find((summary) => summary.run === one)?.score
  const lowest = tied.length === 1 ? `the run ${run} has` : `the runs ${listed(tied)} have`
  const hint = `The run ${run} is imported as the best one.${unread}`
  const { best, sum } = folder
  if (!best)
    findings.warning('legacy/best-tie', { file: sum?.name ?? outputRole }, () => ({
      message: `${capital(lowest)} the lowest score, and there is no file _best that says which is the best one`,
      hint,
    }))
  else
    findings.warning('legacy/best-differs', { file: best.name }, () => ({
      message:
        bestIs === undefined
          ? `${capital(lowest)} the lowest score, but ${best.name} is another solution`
          : `${best.name} is the solution of the run ${bestIs} with the score ${scoreOf(bestIs)}, but ${lowest} the lowest, ${scoreOf(run)}`,
      hint,
    }))
}

function unreadBestFeatures({ bestFeatures, features }: OutputFolder, run: number): string {
  if (!bestFeatures || features.has(run)) return ''
  return ` ${bestFeatures.name} may be of another run and is not read.`
}

function listed(runs: readonly number[]): string {
  const ids = new IdSample()
  for (const run of runs) ids.add(run)
  return ids.text
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
