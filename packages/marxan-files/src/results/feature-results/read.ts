import type { ZippedFile } from '@piecework/core/archive'
import type { FindingCollector } from '../../findings.js'
import { pluralize } from '../../pluralize.js'
import type { FeatureNames } from '../feature-names.js'
import { columnName, type ResultRecord } from '../record-layout.js'
import { type RecordOptions, readRecords } from '../records.js'
import { ResultCells } from '../result-cells.js'

/** What one feature got in one run. Null says that the file has no such value. */
export interface FeatureResult {
  readonly line: number
  /** Id of spec.dat. */
  readonly feature: number
  readonly amount: number | null
  readonly occurrences: number | null
  /** Any integer. */
  readonly separation: number | null
  readonly targetMet: boolean | null
  readonly mpm: number | null
}

const FEATURE = 'conservation_feature'
const NAME = 'feature_name'
const READ = {
  amount_held: 'number',
  occurrences_held: 'integer',
  separation_achieved: 'integer',
  target_met: 'yes',
  mpm: 'number',
  // Not kept: they say whether the others stand where they should.
  target: 'number',
  occurrence_target: 'number',
  separation_target: 'number',
} as const
type Read = keyof typeof READ
const REQUIRED: ReadonlySet<string> = new Set([FEATURE, 'amount_held', 'target_met'])

/**
 * Reads a file `_mv00001` or `_mvbest`, each feature once. Names of features are not quoted there: one that holds the delimiter is known by its name in
 * spec.dat.
 * @see Marxan User Manual 7
 */
export async function readFeatureResults(
  file: ZippedFile,
  names: Pick<FeatureNames, 'size' | 'has' | 'get'>,
  { findings, signal }: RecordOptions,
): Promise<readonly FeatureResult[]> {
  const results = new Map<number, FeatureResult>()
  const cells = new ResultCells(file.name, findings)
  let fields: ReadonlyMap<string, Field> = new Map()
  let expected = 0
  const errors = findings.errors
  await readRecords(
    file,
    {
      known: (name) => name === FEATURE || name === NAME || name in READ,
      surplus: true,
      header: (given, line) => {
        const read = fieldsOf(given, file.name, line, findings)
        fields = read ?? fields
        expected = given.length
        return read && given.length
      },
      record: (record) => {
        const { line } = record
        const surplus = record.fields - expected
        const id = cells.id(record, fields.get(FEATURE)?.at ?? 0, 'Conservation Feature')
        if (id === undefined) return
        if (surplus > 0 && !isNamed(record, fields.get(NAME)?.at, surplus, names.get(id))) {
          findings.error('legacy/field-count', { file: file.name, line }, () => ({
            message: `The row has ${record.fields} fields where the header has ${expected}`,
            hint: 'A name of a feature may hold the separator where spec.dat has the same name; numbers need a decimal point.',
          }))
          return
        }
        const place = { file: file.name, line, column: 'Conservation Feature' }
        if (!names.has(id)) {
          findings.error('legacy/feature-unknown', place, () => ({
            message: `The feature ${id} is not in spec.dat`,
          }))
          return
        }
        if (results.has(id)) {
          findings.error('legacy/id-duplicate', place, () => ({
            message: `The feature ${id} stands in the file twice`,
          }))
          return
        }
        const result = resultOf(record, id, fields, surplus, cells)
        if (result) results.set(id, result)
      },
    },
    { findings, ...(signal && { signal }) },
  )
  const missing = names.size - results.size
  if (findings.errors === errors && missing > 0)
    findings.warning('legacy/features-missing', { file: file.name }, () => ({
      message: `${pluralize(missing, 'feature of spec.dat has', 'features of spec.dat have')} no row in the file`,
      count: missing,
    }))
  return [...results.values()]
}

interface Field {
  readonly name: string
  readonly at: number
}

function fieldsOf(
  given: readonly string[],
  file: string,
  line: number,
  findings: FindingCollector,
): ReadonlyMap<string, Field> | undefined {
  const errors = findings.errors
  const fields = new Map<string, Field>()
  for (const [at, name] of given.entries()) {
    const simple = columnName(name)
    if (fields.has(simple))
      findings.error('legacy/column-duplicate', { file, line, column: name }, () => ({
        message: `The column ${name} stands in the header twice`,
      }))
    fields.set(simple, { name, at })
  }
  for (const column of REQUIRED)
    if (!fields.has(column))
      findings.error('legacy/column-missing', { file, line, column }, () => ({
        message: `The column ${column} is missing`,
        hint: `The header has: ${given.join(', ').slice(0, 200)}`,
      }))
  return findings.errors > errors ? undefined : fields
}

/** Whether the fields that are too many are what stands in the feature's name. */
function isNamed(
  record: ResultRecord,
  at: number | undefined,
  surplus: number,
  name: string | undefined,
): boolean {
  if (at === undefined || name === undefined || record.delimiter === ' ') return false
  const parts = Array.from({ length: surplus + 1 }, (_, part) => record.text(at + part))
  return plain(parts.join(record.delimiter)) === plain(name)
}

const plain = (text: string): string => text.replace(/[\s,;"]+/g, ' ').trim()

function resultOf(
  record: ResultRecord,
  feature: number,
  fields: ReadonlyMap<string, Field>,
  surplus: number,
  cells: ResultCells,
): FeatureResult | undefined {
  const nameAt = fields.get(NAME)?.at ?? Number.POSITIVE_INFINITY
  const value = <Column extends Read>(column: Column) => {
    const field = fields.get(column)
    if (!field) return null
    const at = field.at > nameAt ? field.at + surplus : field.at
    return cells[READ[column]](record, at, field.name.trim())
  }
  const read = Object.fromEntries((Object.keys(READ) as Read[]).map((column) => [column, value(column)]))
  if (Object.values(read).includes(undefined)) return undefined
  return {
    line: record.line,
    feature,
    amount: read.amount_held as number | null,
    occurrences: read.occurrences_held as number | null,
    separation: read.separation_achieved as number | null,
    targetMet: read.target_met as boolean | null,
    mpm: read.mpm as number | null,
  }
}
