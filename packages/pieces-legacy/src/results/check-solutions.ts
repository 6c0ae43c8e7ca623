import type { FindingCollector } from '@piecework/core/piece'
import {
  type BestRun,
  BestRunSearch,
  type OutputFolder,
  type RunSummary,
  readSolutions,
  type Solution,
} from '@piecework/marxan-files'
import { bestSolution } from './best-solution.js'
import { compareFrequency } from './compare-frequency.js'
import { compareWithRunFile } from './compare-with-run-file.js'
import { reportBest } from './report-best.js'
import type { SolutionsContext } from './solutions-context.js'

export interface CheckedSolutions {
  readonly runs: ReadonlySet<number>
  readonly best: BestRun
}

/**
 * Reads all solutions once and compares them with the summary, the files of runs beside a matrix, the best
 * solution and the selection frequency.
 */
export async function checkSolutions(context: SolutionsContext): Promise<CheckedSolutions> {
  const { folder, units, findings, summaries, signal, leftover } = context
  const before = findings.errors
  const stated = new Map(summaries.map((summary) => [summary.run, summary]))
  const search = new BestRunSearch(summaries, await bestSolution(folder, units, { findings, signal }))
  const counts = new Uint32Array(units.size)
  const runs = new Set<number>()
  const checked = () => ({ runs, best: search.result })
  for await (const solution of readSolutions(folder, units, { findings, signal, leftover })) {
    const { run, selected } = solution
    if (runs.size === folder.limits.runs) {
      findings.error('legacy/output-too-large', place(solution), () => ({
        message: `${solution.file} has more than ${folder.limits.runs} runs`,
      }))
      return checked()
    }
    runs.add(run)
    search.add(run, selected)
    for (const index of selected) counts[index] = (counts[index] as number) + 1
    reportCount(solution, stated.get(run), folder.sum?.name ?? '', findings)
    await compareWithRunFile(solution, context)
    context.progress(runs.size)
  }
  if (findings.errors === before) reportWithoutRow(runs, folder, findings)
  // Solutions that were read in part would contradict files that are right.
  if (findings.errors > 0) return checked()
  await compareFrequency(counts, runs, context)
  reportBest(search.result, folder, summaries, findings)
  return checked()
}

const place = ({ file, line }: Solution) => ({ file, ...(line !== undefined && { line }) })

function reportCount(
  solution: Solution,
  summary: RunSummary | undefined,
  file: string,
  findings: FindingCollector,
): void {
  const { run, selected } = solution
  if (!summary || summary.planningUnits === null || summary.planningUnits === selected.size) return
  findings.warning(
    'legacy/planning-units-differ',
    { file, line: summary.line, column: 'Planning_Units' },
    () => ({
      message: `Planning_Units of the run ${run} is ${summary.planningUnits}, but ${solution.file} selects ${selected.size}`,
    }),
  )
}

function reportWithoutRow(
  runs: ReadonlySet<number>,
  { matrix, solutions }: OutputFolder,
  findings: FindingCollector,
): void {
  if (!matrix) return
  for (const [run, { name }] of solutions)
    if (!runs.has(run))
      findings.error('legacy/solutions-differ', { file: name }, () => ({
        message: `${name} is there, but ${matrix.name} has no row of the run ${run} that can be read`,
      }))
}
