import type { ZippedFile } from '@piecework/core/archive'
import { checkOptions } from '@piecework/core/piece'
import { pluralize } from '../../pluralize.js'
import type { DelimitedRecord } from '../../records/delimited-record.js'
import type { FeatureNames } from '../../tables/spec/feature-names.js'
import { type ReadResultOptions, readRecords, readResultChecks } from '../read-records.js'
import { ResultCells } from '../result-cells.js'
import {
  type FeatureFields,
  type FeatureValue,
  featureColumn,
  featureFields,
  featureValues,
  isFeatureColumn,
  nameColumn,
} from './feature-fields.js'

/** What one feature got in one run. Null: the file has no such value. */
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

type KnownNames = Pick<FeatureNames, 'size' | 'has' | 'get'>

/**
 * Reads a file `_mv00001` or `_mvbest`, each feature once. Names of features are not quoted there: one that holds the delimiter is known by its name in
 * spec.dat.
 * @see Marxan User Manual 7
 */
export async function readFeatureResults(
  file: ZippedFile,
  names: KnownNames,
  options: ReadResultOptions,
): Promise<readonly FeatureResult[]> {
  const { findings, signal } = checkOptions('readFeatureResults()', options, readResultChecks)
  const errors = findings.errors
  const rows = new FeatureRows(file.name, names, { findings })
  await readRecords(
    file,
    {
      isKnown: isFeatureColumn,
      surplusFields: true,
      header: (given, line) => rows.header(given, line),
      record: (record) => rows.add(record),
    },
    { findings, ...(signal && { signal }) },
  )
  rows.report()
  const missing = names.size - rows.results.size
  if (findings.errors === errors && missing > 0)
    findings.warning('legacy/features-missing', { file: file.name }, () => ({
      message: `${pluralize(missing, 'feature of spec.dat has', 'features of spec.dat have')} no row in the file`,
      count: missing,
    }))
  return [...rows.results.values()]
}

class FeatureRows {
  readonly results = new Map<number, FeatureResult>()
  readonly #file: string
  readonly #names: KnownNames
  readonly #findings: ReadResultOptions['findings']
  readonly #cells: ResultCells
  #fields: FeatureFields = new Map()
  #expected = 0

  constructor(file: string, names: KnownNames, { findings }: ReadResultOptions) {
    this.#file = file
    this.#names = names
    this.#findings = findings
    this.#cells = new ResultCells(file, findings)
  }

  report(): void {
    this.#cells.report()
  }

  header(names: readonly string[], line: number): number | undefined {
    const fields = featureFields(names, this.#file, line, this.#findings)
    this.#fields = fields ?? this.#fields
    this.#expected = names.length
    return fields && names.length
  }

  add(record: DelimitedRecord): void {
    const { line } = record
    const surplus = record.fields - this.#expected
    const id = this.#cells.id(record, this.#at(featureColumn) ?? 0, 'Conservation Feature')
    if (id === undefined) return
    const location = { file: this.#file, line, column: 'Conservation Feature' }
    if (surplus > 0 && !isNamed(record, this.#at(nameColumn), surplus, this.#names.get(id)))
      this.#findings.error('legacy/field-count', { file: this.#file, line }, () => ({
        message: `The row has ${record.fields} fields where the header has ${this.#expected}`,
        hint: 'A name of a feature may hold the separator where spec.dat has the same name; numbers have a point before decimals and nothing between thousands.',
      }))
    else if (!this.#names.has(id))
      this.#findings.error('legacy/feature-unknown', location, () => ({
        message: `The feature ${id} is not in spec.dat`,
      }))
    else if (this.results.has(id))
      this.#findings.error('legacy/id-duplicate', location, () => ({
        message: `The feature ${id} stands in the file twice`,
      }))
    else {
      const result = this.#result(record, id, surplus)
      if (result) this.results.set(id, result)
    }
  }

  #result(record: DelimitedRecord, feature: number, surplus: number): FeatureResult | undefined {
    const nameAt = this.#at(nameColumn) ?? Number.POSITIVE_INFINITY
    const value = (column: FeatureValue) => {
      const field = this.#fields.get(column)
      if (!field) return null
      const at = field.at > nameAt ? field.at + surplus : field.at
      return this.#cells[featureValues[column]](record, at, field.name.trim())
    }
    const read = Object.fromEntries(
      (Object.keys(featureValues) as FeatureValue[]).map((column) => [column, value(column)]),
    )
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

  #at(column: string): number | undefined {
    return this.#fields.get(column)?.at
  }
}

/** Whether the surplus fields are parts of the feature's name. */
function isNamed(
  record: DelimitedRecord,
  at: number | undefined,
  surplus: number,
  name: string | undefined,
): boolean {
  if (at === undefined || name === undefined || record.delimiter === ' ') return false
  const parts = Array.from({ length: surplus + 1 }, (_, part) => record.text(at + part))
  return plain(parts.join(record.delimiter)) === plain(name)
}

const plain = (text: string): string => text.replace(/[\s,;"]+/g, ' ').trim()
