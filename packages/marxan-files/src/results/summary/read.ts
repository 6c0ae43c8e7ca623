import type { ZippedFile } from '@piecework/core/archive'
import { check, checkOptions, type FindingCollector, type OptionChecks } from '@piecework/core/piece'
import { defaultOutputLimits } from '../../defaults.js'
import type { DelimitedRecord } from '../../records/delimited-record.js'
import { columnName } from '../column-name.js'
import { type ReadResultOptions, readRecords, readResultChecks } from '../read-records.js'
import { ResultCells } from '../result-cells.js'
import { isSummaryColumn, type SummaryColumns, summaryColumns, summaryNumbers } from './summary-columns.js'

/** One row of a file `_sum`. Null: the file has no such number. */
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

interface ReadSummariesOptions extends ReadResultOptions {
  /** Runs that are read. */
  readonly most?: number
}

const readSummariesChecks: OptionChecks<ReadSummariesOptions> = { ...readResultChecks, most: check.count }

/**
 * Reads the summary of all runs, each run once; columns are found by name.
 * @see Marxan User Manual 7
 */
export async function readSummaries(
  file: ZippedFile,
  options: ReadSummariesOptions,
): Promise<readonly RunSummary[]> {
  const {
    findings,
    signal,
    most = defaultOutputLimits.runs,
  } = checkOptions('readSummaries()', options, readSummariesChecks)
  const runs = new Map<number, RunSummary>()
  const cells = new ResultCells(file.name, findings)
  let columns: SummaryColumns | undefined
  const add = (summary: RunSummary, column: string) => {
    const { run, line } = summary
    const before = runs.get(run)
    if (before)
      findings.error('legacy/run-duplicate', { file: file.name, line, column }, () => ({
        message: `The run ${run} stands on line ${before.line} and again on line ${line}`,
      }))
    else if (runs.size < most) runs.set(run, summary)
    else reportTooMany(file.name, line, most, findings)
  }
  await readRecords(
    file,
    {
      isKnown: isSummaryColumn,
      header: (names, line) => {
        columns = summaryColumns(names, file.name, line, findings)
        return columns && names.length
      },
      record: (record) => {
        const summary = columns && summaryOf(record, columns, cells)
        if (summary) add(summary, columns?.names[columns.run] ?? '')
      },
    },
    { findings, ...(signal && { signal }) },
  )
  cells.report()
  return [...runs.values()]
}

function summaryOf(
  record: DelimitedRecord,
  columns: SummaryColumns,
  cells: ResultCells,
): RunSummary | undefined {
  const { names, fields } = columns
  const name = (field: number) => names[field] ?? ''
  const run = cells.id(record, columns.run, name(columns.run), 1)
  const score = cells.score(record, columns.score, name(columns.score))
  const units = fields.planning_units
  const planningUnits = units < 0 ? null : cells.integer(record, units, name(units))
  const number = (column: (typeof summaryNumbers)[number]) =>
    fields[column] < 0 ? null : cells.number(record, fields[column], name(fields[column]))
  const read = summaryNumbers.map(number)
  if (run === undefined || score === undefined || planningUnits === undefined || read.includes(undefined))
    return undefined
  const [cost = null, connectivity = null, penalty = null, shortfall = null, mpm = null] = read
  const metadata = Object.fromEntries(
    columns.others.flatMap((at) => {
      const text = record.text(at)
      return text === '' ? [] : [[metadataName(name(at)), numberOrText(text)]]
    }),
  )
  const { line } = record
  return { line, run, score, cost, planningUnits, connectivity, penalty, shortfall, mpm, metadata }
}

/** One name for what versions of Marxan spell differently. */
const metadataName = (name: string): string =>
  columnName(name) === 'missing_values' ? 'Missing_Values' : name.trim()

const numberOrText = (text: string): number | string => {
  const value = Number(text)
  return /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text) && Number.isFinite(value) ? value : text
}

function reportTooMany(file: string, line: number, most: number, findings: FindingCollector): void {
  findings.error('legacy/output-too-large', { file, line }, () => ({
    message: `${file} has more than ${most} runs`,
  }))
}
