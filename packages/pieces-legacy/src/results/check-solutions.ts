import type { FindingCollector } from '@piecework/core/piece'
import {
  type BestRun,
  BestRunSearch,
  GroupedRows,
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
  const unitCounts = new CountFindings()
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
    unitCounts.add(solution, stated.get(run))
    await compareWithRunFile(solution, context)
    context.progress(runs.size)
  }
  unitCounts.report(folder.sum?.name ?? '', findings)
  if (findings.errors === before) reportWithoutRow(runs, folder, findings)
  // Solutions that were read in part would contradict files that are right.
  if (findings.errors > 0) return checked()
  await compareFrequency(counts, runs, context)
  reportBest(search.result, folder, summaries, findings)
  return checked()
}

const place = ({ file, line }: Solution) => ({ file, ...(line !== undefined && { line }) })

/** Runs whose number of planning units in the summary is another one than their solution selects. */
class CountFindings {
  readonly #runs = new GroupedRows()

  add({ run, selected, file }: Solution, summary: RunSummary | undefined): void {
    if (!summary || summary.planningUnits === null || summary.planningUnits === selected.size) return
    const { line, planningUnits } = summary
    const { size } = selected
    this.#runs.add(
      line,
      run,
      () => `Planning_Units of the run ${run} is ${planningUnits}, but ${file} selects ${size}`,
    )
  }

  report(file: string, findings: FindingCollector): void {
    this.#runs.report(
      'legacy/planning-units-differ',
      { file, column: 'Planning_Units' },
      (count) => `${count} runs have another number in Planning_Units than their solution selects`,
      findings,
      { ids: 'runs' },
    )
  }
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
