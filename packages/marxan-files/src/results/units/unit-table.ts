import type { ZippedFile } from '@piecework/core/archive'
import {
  check,
  checkOptions,
  type FindingCollector,
  type OptionChecks,
  PieceworkError,
  required,
} from '@piecework/core/piece'
import { shownHeaderCharacters } from '../../defaults.js'
import type { DelimitedRecord } from '../../records/delimited-record.js'
import type { KnownIds } from '../../tables/table-ids.js'
import { columnName } from '../column-name.js'
import { type ReadResultOptions, readRecords, readResultChecks } from '../read-records.js'
import { ResultCells } from '../result-cells.js'
import { UnitSet } from './unit-set.js'

/** One row of a table of planning units. */
export interface UnitRow {
  readonly line: number
  readonly id: number
  /** Of the unit among those of pu.dat. */
  readonly index: number
  /** Value of the second column; undefined for a row without one. */
  readonly value: number | undefined
}

export interface UnitTableOptions extends ReadResultOptions {
  /** Units of pu.dat. */
  readonly units: KnownIds
  /** Name of the second column in messages. */
  readonly value: string
  /** Rows of a file without a header may hold an id alone. */
  readonly idAlone?: true
}

const unitTableChecks: OptionChecks<UnitTableOptions> = {
  ...readResultChecks,
  units: required(check.having<KnownIds>('ids of units', 'size')),
  value: required(check.text),
  idAlone: check.isTrue,
}

const idNames: ReadonlySet<string> = new Set([
  'puid',
  'planning_unit',
  'pu',
  'pu_id',
  'id',
  'planning_unit_id',
])

/**
 * Reads a table of two columns, a planning unit and an integer, in any order of rows and with or without a header. Rows of units that do not exist, or
 * that come a second time, are errors. Resolves to the number of units that the file lists.
 */
export async function readUnitTable(
  file: ZippedFile,
  given: UnitTableOptions,
  each: (row: UnitRow) => void,
): Promise<number> {
  const options = checkOptions('readUnitTable()', given, unitTableChecks)
  const { findings, signal } = options
  const rows = new UnitRows(file.name, options, each)
  await readRecords(
    file,
    {
      isKnown: (name) => idNames.has(name),
      headerless: true,
      header: (names, line) => rows.header(names, line),
      record: (record) => rows.add(record),
    },
    { findings, ...(signal && { signal }) },
  )
  rows.report()
  return rows.units
}

class UnitRows {
  readonly #file: string
  readonly #options: UnitTableOptions
  readonly #each: (row: UnitRow) => void
  readonly #seen: UnitSet
  readonly #cells: ResultCells
  #idField = 0
  #headed = false

  constructor(file: string, options: UnitTableOptions, each: (row: UnitRow) => void) {
    this.#file = file
    this.#options = options
    this.#each = each
    this.#seen = new UnitSet(options.units.size)
    this.#cells = new ResultCells(file, options.findings)
  }

  report(): void {
    this.#cells.report()
  }

  get units(): number {
    return this.#seen.size
  }

  header(names: readonly string[], line: number): number | undefined {
    this.#headed = names.length > 0
    if (!this.#headed) return 2
    this.#idField = unitField(names, this.#file, line, this.#options.findings)
    return this.#idField < 0 ? undefined : names.length
  }

  add(record: DelimitedRecord): void {
    const { line } = record
    const { findings, value, idAlone } = this.#options
    const id = this.#cells.id(record, this.#idField, 'planning unit')
    if (id === undefined) return
    const isAlone = record.fields === 1
    if (isAlone && (this.#headed || !idAlone)) {
      findings.error('legacy/field-count', { file: this.#file, line }, () => ({
        message: 'The row has 1 field where 2 are expected',
      }))
      return
    }
    const given = isAlone ? undefined : this.#cells.id(record, 1 - this.#idField, value)
    if (isAlone || given !== undefined) this.#row(id, given, line)
  }

  #row(id: number, value: number | undefined, line: number): void {
    const { units, findings } = this.#options
    const location = { file: this.#file, line, column: 'planning unit' }
    const index = units.get(id)
    if (index < 0)
      findings.error('legacy/unit-unknown', location, () => ({
        message: `The planning unit ${id} is not in pu.dat`,
      }))
    else if (!this.#seen.add(index))
      findings.error('legacy/id-duplicate', location, () => ({
        message: `The planning unit ${id} stands in the file twice`,
      }))
    else this.#each({ line, id, index, value })
  }
}

/** -1, with an error, if the header is not that of such a table. */
function unitField(names: readonly string[], file: string, line: number, findings: FindingCollector): number {
  const simple = names.map(columnName)
  if (simple.some((name) => name === 'zone'))
    throw new PieceworkError(
      'legacy/marzone',
      `These are results of Marxan with Zones (${file} has a column zone), which cannot be imported`,
    )
  const field = simple.findIndex((name) => idNames.has(name))
  if (field >= 0 && names.length === 2) return field
  findings.error('legacy/column-missing', { file, line }, () => ({
    message: `The columns are ${names.join(', ').slice(0, shownHeaderCharacters)}, not a planning unit and one more`,
    hint: 'Marxan names them PUID,SOLUTION or planning_unit,solution or planning_unit,number.',
  }))
  return -1
}
