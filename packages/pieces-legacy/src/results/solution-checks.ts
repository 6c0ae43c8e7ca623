import type { FindingCollector } from '@piecework/core/piece'
import type { KnownIds, OutputFolder, ReadResultOptions } from '@piecework/marxan-files'
import {
  bestRun,
  IdSample,
  pluralize,
  type RunSummary,
  readSolutionFile,
  readSolutions,
  readUnitTable,
  type Solution,
  UnitSet,
} from '@piecework/marxan-files'

interface Checked extends ReadResultOptions {
  readonly folder: OutputFolder
  /** Of pu.dat. */
  readonly units: KnownIds
  readonly summaries: readonly RunSummary[]
  progress(done: number): void
}

/**
 * Reads all solutions once, and what other files say of them: the summary, the files of the runs beside a matrix, the best solution and how often each unit is
 * selected. Resolves to the runs.
 */
export async function checkSolutions(checked: Checked): Promise<ReadonlySet<number>> {
  const { folder, units, findings, summaries } = checked
  const before = findings.errors
  const stated = new Map(summaries.map((summary) => [summary.run, summary]))
  const best = { run: bestRun(summaries), selected: new UnitSet(units.size), found: false }
  const counts = new Uint32Array(units.size)
  const runs = new Set<number>()
  for await (const solution of readSolutions(folder, units, checked)) {
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
    tellCount(solution, stated.get(run), folder.sum?.name ?? '', findings)
    await compareWithFile(solution, checked)
    checked.progress(runs.size)
  }
  if (findings.errors === before) tellWithoutRow(runs, folder, findings)
  // What one file says of the others means nothing where those cannot be read.
  if (findings.errors > 0) return runs
  await compareFrequency(counts, runs, checked)
  if (best.found) await compareBest(best.selected, best.run ?? 0, checked)
  return runs
}

const place = ({ file, line }: Solution) => ({ file, ...(line !== undefined && { line }) })

function tellCount(
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

/** The matrix and the file of the same run must agree. */
async function compareWithFile(solution: Solution, { folder, units, ...options }: Checked): Promise<void> {
  const file = folder.matrix && folder.solutions.get(solution.run)
  if (!file) return
  const { findings } = options
  const errors = findings.errors
  const other = new UnitSet(units.size)
  await readSolutionFile(file, units, other, options)
  if (findings.errors > errors) return
  const index = solution.selected.difference(other)
  if (index < 0) return
  findings.error('legacy/solutions-differ', { ...place(solution), column: `P${units.id(index)}` }, () => ({
    message: `The run ${solution.run} ${solution.selected.has(index) ? 'selects' : 'does not select'} the planning unit ${units.id(index)} here; ${file.name} says the opposite`,
  }))
}

function tellWithoutRow(
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

/** Runs of the summary without a solution may have selected any unit. */
async function compareFrequency(
  counts: Uint32Array,
  runs: ReadonlySet<number>,
  { folder, units, summaries, findings, signal }: Checked,
): Promise<void> {
  const file = folder.frequency
  if (!file) return
  const missing = summaries.filter(({ run }) => !runs.has(run)).length
  const listed = new UnitSet(units.size)
  const errors = findings.errors
  await readUnitTable(
    file,
    { units, value: 'number', findings, ...(signal && { signal }) },
    ({ line, id, index, value = 0 }) => {
      listed.add(index)
      const count = counts[index] as number
      if (value >= count && value <= count + missing) return
      findings.error('legacy/frequency-differs', { file: file.name, line, column: 'number' }, () => ({
        message: `The planning unit ${id} is selected ${value} times here, and by ${count} of the ${runs.size} solutions`,
      }))
    },
  )
  if (findings.errors > errors || listed.size === units.size) return
  const absent = new IdSample()
  let selected = false
  for (let index = 0; index < units.size; index += 1)
    if (!listed.has(index)) {
      absent.add(units.id(index))
      selected ||= (counts[index] as number) > 0
    }
  const tell = () => ({
    message: `${pluralize(absent.count, 'planning unit of pu.dat is', 'planning units of pu.dat are')} not in the file: ${absent.text}`,
    count: absent.count,
  })
  if (selected) findings.error('legacy/frequency-differs', { file: file.name }, tell)
  else findings.warning('legacy/units-missing', { file: file.name }, tell)
}

async function compareBest(
  selected: UnitSet,
  run: number,
  { folder, units, ...options }: Checked,
): Promise<void> {
  const file = folder.best
  if (!file) return
  const { findings } = options
  const errors = findings.errors
  const other = new UnitSet(units.size)
  await readSolutionFile(file, units, other, options)
  if (findings.errors > errors) return
  const index = selected.difference(other)
  if (index >= 0)
    findings.warning('legacy/best-differs', { file: file.name }, () => ({
      message: `The best run by its score is ${run}, but ${file.name} is another solution: the planning unit ${units.id(index)} differs`,
      hint: 'The run with the lowest score is imported as the best one.',
    }))
}
