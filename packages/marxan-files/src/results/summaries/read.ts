import type { ZippedFile } from '@piecework/core/archive'
import { PieceworkError } from '@piecework/core/piece'
import type { FindingCollector } from '../../findings.js'
import { defaultOutputLimits, MAX_COLUMNS } from '../limits.js'
import { columnName, type ResultRecord } from '../record-layout.js'
import { type RecordOptions, readRecords } from '../records.js'
import { ResultCells } from '../result-cells.js'

/** One row of a file `_sum`. Null says that the file has no such number. */
export interface RunSummary {
  readonly line: number
  readonly run: number
  readonly score: number
  readonly cost: number | null
  readonly planningUnits: number | null
  readonly connectivity: number | null
  readonly penalty: number | null
  readonly shortfall: number | null
  readonly mpm: number | null
  /** The other columns by their names in the file. */
  readonly metadata: Readonly<Record<string, number | string>>
}

const numbers = ['cost', 'connectivity', 'penalty', 'shortfall', 'mpm'] as const
const RUN_NAMES: ReadonlySet<string> = new Set(['run_number', 'run_no', 'run'])
const KNOWN: ReadonlySet<string> = new Set([...RUN_NAMES, 'score', 'planning_units', ...numbers])

/**
 * Reads the summary of all runs, each run once; columns are found by name.
 * @see Marxan User Manual 7
 */
export async function readSummaries(
  file: ZippedFile,
  { findings, signal, most = defaultOutputLimits.runs }: RecordOptions & { readonly most?: number },
): Promise<readonly RunSummary[]> {
  const runs = new Map<number, RunSummary>()
  const cells = new ResultCells(file.name, findings)
  let columns: SummaryColumns | undefined
  await readRecords(
    file,
    {
      known: (name) => KNOWN.has(name),
      header: (names, line) => {
        columns = summaryColumns(names, file.name, line, findings)
        return columns && names.length
      },
      record: (record) => {
        const summary = columns && summaryOf(record, columns, cells)
        if (!summary) return
        const before = runs.get(summary.run)
        if (before)
          findings.error(
            'legacy/run-duplicate',
            { file: file.name, line: record.line, column: columns?.names[columns.run] ?? '' },
            () => ({
              message: `The run ${summary.run} stands on line ${before.line} and again on line ${record.line}`,
            }),
          )
        else if (runs.size < most) runs.set(summary.run, summary)
        else tooMany(file.name, record.line, most, findings)
      },
    },
    { findings, ...(signal && { signal }) },
  )
  return [...runs.values()]
}

/** Of a tie, the lowest number. Undefined where there are no runs. */
export function bestRun(summaries: readonly RunSummary[]): number | undefined {
  const [first, ...others] = summaries
  if (!first) return undefined
  return others.reduce(
    (best, one) => (one.score < best.score || (one.score === best.score && one.run < best.run) ? one : best),
    first,
  ).run
}

interface SummaryColumns {
  readonly names: readonly string[]
  readonly run: number
  readonly score: number
  /** By name; -1 where there is none. */
  readonly fields: Readonly<Record<(typeof numbers)[number] | 'planning_units', number>>
  readonly others: readonly number[]
}

function summaryColumns(
  names: readonly string[],
  file: string,
  line: number,
  findings: FindingCollector,
): SummaryColumns | undefined {
  const errors = findings.errors
  const simple = names.map(columnName)
  if (simple.includes('connection_strength'))
    throw new PieceworkError(
      'legacy/marzone',
      `These are results of Marxan with Zones (${file} has a column Connection Strength), which cannot be imported`,
    )
  if (names.length > MAX_COLUMNS) {
    findings.error('legacy/output-too-large', { file, line }, () => ({
      message: `${file} has ${names.length} columns; at most ${MAX_COLUMNS} are allowed`,
    }))
    return undefined
  }
  for (const [at, name] of simple.entries())
    if (name !== '' && simple.indexOf(name) < at)
      findings.error('legacy/column-duplicate', { file, line, column: names[at] ?? '' }, () => ({
        message: `The column ${names[at]} stands in the header twice`,
      }))
  const run = simple.findIndex((name) => RUN_NAMES.has(name))
  const score = simple.indexOf('score')
  for (const [column, field] of [
    ['Run_Number', run],
    ['Score', score],
  ] as const)
    if (field < 0)
      findings.error('legacy/column-missing', { file, line, column }, () => ({
        message: `The column ${column} is missing`,
        hint: `The header has: ${names.join(', ').slice(0, 200)}`,
      }))
  if (findings.errors > errors) return undefined
  return {
    names,
    run,
    score,
    fields: Object.fromEntries(
      [...numbers, 'planning_units'].map((name) => [name, simple.indexOf(name)]),
    ) as SummaryColumns['fields'],
    others: simple.flatMap((name, at) => (name === '' || at === run || KNOWN.has(name) ? [] : [at])),
  }
}

function summaryOf(
  record: ResultRecord,
  columns: SummaryColumns,
  cells: ResultCells,
): RunSummary | undefined {
  const { names, fields } = columns
  const name = (field: number) => names[field] ?? ''
  const run = cells.id(record, columns.run, name(columns.run), 1)
  const score = cells.score(record, columns.score, name(columns.score))
  const units = fields.planning_units
  const planningUnits = units < 0 ? null : cells.integer(record, units, name(units))
  const number = (column: (typeof numbers)[number]) =>
    fields[column] < 0 ? null : cells.number(record, fields[column], name(fields[column]))
  const read = numbers.map(number)
  if (run === undefined || score === undefined || planningUnits === undefined || read.includes(undefined))
    return undefined
  const [cost = null, connectivity = null, penalty = null, shortfall = null, mpm = null] = read
  const metadata = Object.fromEntries(
    columns.others.flatMap((at) => {
      const text = record.text(at)
      return text === '' ? [] : [[name(at).trim(), numberOrText(text)]]
    }),
  )
  return {
    line: record.line,
    run,
    score,
    cost,
    planningUnits,
    connectivity,
    penalty,
    shortfall,
    mpm,
    metadata,
  }
}

const numberOrText = (text: string): number | string => {
  const value = Number(text)
  return /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text) && Number.isFinite(value) ? value : text
}

function tooMany(file: string, line: number, most: number, findings: FindingCollector): void {
  findings.error('legacy/output-too-large', { file, line }, () => ({
    message: `${file} has more than ${most} runs`,
  }))
}
