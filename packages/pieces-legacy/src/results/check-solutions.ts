import type { FindingCollector } from '@piecework/core/piece'
import {
  bestRun,
  type OutputFolder,
  type RunSummary,
  readSolutions,
  type Solution,
  UnitSet,
} from '@piecework/marxan-files'
import { compareBest } from './compare-best.js'
import { compareFrequency } from './compare-frequency.js'
import { compareWithRunFile } from './compare-with-run-file.js'
import type { SolutionsContext } from './solutions-context.js'

/**
 * Reads all solutions once and compares them with the summary, the files of runs beside a matrix, the best
 * solution and the selection frequency. Resolves to the runs.
 */
export async function checkSolutions(context: SolutionsContext): Promise<ReadonlySet<number>> {
  const { folder, units, findings, summaries, signal } = context
  const before = findings.errors
  const stated = new Map(summaries.map((summary) => [summary.run, summary]))
  const best = { run: bestRun(summaries), selected: new UnitSet(units.size), found: false }
  const counts = new Uint32Array(units.size)
  const runs = new Set<number>()
  for await (const solution of readSolutions(folder, units, { findings, signal })) {
    const { run, selected } = solution
    if (runs.size === folder.limits.runs) {
      findings.error('legacy/output-too-large', place(solution), () => ({
        message: `${solution.file} has more than ${folder.limits.runs} runs`,
      }))
      return runs
    }
    runs.add(run)
    for (const index of selected) {
      counts[index] = (counts[index] as number) + 1
      if (run === best.run) best.selected.add(index)
    }
    if (run === best.run) best.found = true
    reportCount(solution, stated.get(run), folder.sum?.name ?? '', findings)
    await compareWithRunFile(solution, context)
    context.progress(runs.size)
  }
  if (findings.errors === before) reportWithoutRow(runs, folder, findings)
  // Solutions that were read in part would contradict files that are right.
  if (findings.errors > 0) return runs
  await compareFrequency(counts, runs, context)
  if (best.found) await compareBest(best.selected, best.run ?? 0, context)
  return runs
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
