import { openZip } from '@piecework/core/archive'
import {
  check,
  checkOptions,
  type Entries,
  FindingCollector,
  type OptionChecks,
  objectCheck,
  required,
} from '@piecework/core/piece'
import { defaultOutputLimits, type OutputLimits } from '../defaults.js'
import { readInputDat } from '../input-dat/read.js'
import { outputRole } from '../roles.js'
import { chooseFiles, type ResultFiles, type WantedScenario } from './choose-files.js'
import { outputProblem, outputZip } from './output-problem.js'

/** The results of one scenario in an uploaded output folder. Nothing is written to disk or held open. */
export interface OutputFolder extends ResultFiles {
  readonly limits: OutputLimits
  /** Runs that are read; others are left over. Absent: all. */
  readonly runs?: ReadonlySet<number>
}

export interface OutputOptions {
  /** Choices that were made, and what is missing. */
  readonly findings: FindingCollector
  readonly limits?: Partial<OutputLimits>
  readonly signal?: AbortSignal
}

const outputChecks: OptionChecks<OutputOptions> = {
  findings: required(check.having<FindingCollector>('a FindingCollector', 'error', 'warning')),
  limits: objectCheck<Partial<OutputLimits>>({
    entries: check.size,
    fileBytes: check.size,
    totalBytes: check.size,
    summaryBytes: check.size,
    runs: check.size,
  }),
  signal: check.signal,
}

/**
 * Finds the results of the scenario that input.dat names, or of the only one there is. Throws `legacy/output-…`, `legacy/marzone` or
 * `legacy/cluz` if nothing can be read.
 */
export async function openOutput(entries: Entries, given: OutputOptions): Promise<OutputFolder> {
  const options = checkOptions('openOutput()', given, outputChecks)
  const limits = { ...defaultOutputLimits, ...options.limits }
  const zipped = await openZip(entries, outputRole, limits.entries, outputZip)
  const files = chooseFiles(zipped, await scenarioName(entries, options.signal), options.findings)
  withinLimits(files, limits)
  return { ...files, limits }
}

async function scenarioName(entries: Entries, signal?: AbortSignal): Promise<WantedScenario | undefined> {
  if (!entries.paths.includes('input.dat')) return undefined
  const options = { findings: new FindingCollector({ limit: 0 }), ...(signal && { signal }) }
  const { output, lines } = await readInputDat(entries.open('input.dat'), options)
  return { name: output.SCENNAME, isNamed: lines.has('SCENNAME') && output.SCENNAME !== '' }
}

function withinLimits({ sum, all }: ResultFiles, limits: OutputLimits): void {
  let total = 0
  for (const file of all) {
    const limit = file === sum ? limits.summaryBytes : limits.fileBytes
    if (file.size > limit)
      throw outputProblem(
        'legacy/output-too-large',
        `${file.name} in the output folder's zip inflates to ${file.size} bytes; at most ${limit} are allowed`,
      )
    total += file.size
  }
  if (total > limits.totalBytes)
    throw outputProblem(
      'legacy/output-too-large',
      `The output folder's files inflate to ${total} bytes; at most ${limits.totalBytes} are allowed`,
    )
}
