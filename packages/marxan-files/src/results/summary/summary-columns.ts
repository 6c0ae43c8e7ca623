import { type FindingCollector, PieceworkError } from '@piecework/core/piece'
import { maxSummaryColumns, shownHeaderCharacters } from '../../defaults.js'
import { columnName } from '../column-name.js'

/** Columns of numbers that may be missing, but for `planning_units`, which are integers. */
export const summaryNumbers = ['cost', 'connectivity', 'penalty', 'shortfall', 'mpm'] as const
type NumberName = (typeof summaryNumbers)[number]

/** What Marxan 1.8 calls the connectivity. */
const boundaryLength = 'boundary_length'
const runNames: ReadonlySet<string> = new Set(['run_number', 'run_no', 'run'])
const known: ReadonlySet<string> = new Set([
  ...runNames,
  ...['score', 'planning_units', boundaryLength, 'missing_values'],
  ...summaryNumbers,
])

/** Where the columns of one summary are. */
export interface SummaryColumns {
  /** As the file spells them. */
  readonly names: readonly string[]
  readonly run: number
  readonly score: number
  /** By name; -1 for those that are missing. */
  readonly fields: Readonly<Record<NumberName | 'planning_units', number>>
  readonly others: readonly number[]
}

export const isSummaryColumn = (name: string): boolean => known.has(name)

/** Undefined, with errors, if the summary cannot be read. Throws `legacy/marzone`. */
export function summaryColumns(
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
  if (names.length > maxSummaryColumns) {
    findings.error('legacy/output-too-large', { file, line }, () => ({
      message: `${file} has ${names.length} columns; at most ${maxSummaryColumns} are allowed`,
    }))
    return undefined
  }
  for (const [at, name] of simple.entries())
    if (name !== '' && simple.indexOf(name) < at)
      findings.error('legacy/column-duplicate', { file, line, column: names[at] ?? '' }, () => ({
        message: `The column ${names[at]} stands in the header twice`,
      }))
  const run = simple.findIndex((name) => runNames.has(name))
  const score = simple.indexOf('score')
  for (const [column, field] of Object.entries({ Run_Number: run, Score: score }))
    if (field < 0)
      findings.error('legacy/column-missing', { file, line, column }, () => ({
        message: `The column ${column} is missing`,
        hint: `Give the column that is meant this name. The header has: ${names.join(', ').slice(0, shownHeaderCharacters)}`,
      }))
  if (findings.errors > errors) return undefined
  const fields = Object.fromEntries(
    [...summaryNumbers, 'planning_units'].map((name) => [name, simple.indexOf(name)]),
  ) as Record<keyof SummaryColumns['fields'], number>
  if (fields.connectivity < 0) fields.connectivity = simple.indexOf(boundaryLength)
  const read = new Set([run, score, ...Object.values(fields)])
  const others = simple.flatMap((name, at) => (name === '' || read.has(at) ? [] : [at]))
  return { names, run, score, fields, others }
}
