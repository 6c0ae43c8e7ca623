import type { ZippedFile } from '@piecework/core/archive'
import { PieceworkError } from '@piecework/core/piece'
import type { FindingCollector } from '../../findings.js'
import { columnName } from '../record-layout.js'
import { type RecordOptions, readRecords } from '../records.js'
import { ResultCells } from '../result-cells.js'
import type { UnitIds } from './unit-ids.js'
import { UnitSet } from './unit-set.js'

/** One row of a table of planning units. */
export interface UnitRow {
  readonly line: number
  readonly id: number
  /** Of the unit among those of pu.dat. */
  readonly index: number
  /** What the second column says; undefined for a row without one. */
  readonly value: number | undefined
}

export interface UnitTableOptions extends RecordOptions {
  /** Units of pu.dat. */
  readonly units: UnitIds
  /** Name of the second column in messages. */
  readonly value: string
  /** Rows of a file without a header may hold an id alone. */
  readonly idAlone?: true
}

const ID_NAMES: ReadonlySet<string> = new Set([
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
  { units, value, idAlone, findings, signal }: UnitTableOptions,
  each: (row: UnitRow) => void,
): Promise<number> {
  const seen = new UnitSet(units.size)
  const cells = new ResultCells(file.name, findings)
  let [idField, headed] = [0, false]
  await readRecords(
    file,
    {
      known: (name) => ID_NAMES.has(name),
      headerless: true,
      header: (names, line) => {
        headed = names.length > 0
        if (!headed) return 2
        idField = unitField(names, file.name, line, findings)
        return idField < 0 ? undefined : names.length
      },
      record: (record) => {
        const { line } = record
        const place = { file: file.name, line, column: 'planning unit' }
        const id = cells.id(record, idField, 'planning unit')
        if (id === undefined) return
        const alone = record.fields === 1
        if (alone && (headed || !idAlone)) {
          findings.error('legacy/field-count', { file: file.name, line }, () => ({
            message: 'The row has 1 field where 2 are expected',
          }))
          return
        }
        const given = alone ? undefined : cells.id(record, 1 - idField, value)
        if (!alone && given === undefined) return
        const index = units.get(id)
        if (index < 0)
          findings.error('legacy/unit-unknown', place, () => ({
            message: `The planning unit ${id} is not in pu.dat`,
          }))
        else if (!seen.add(index))
          findings.error('legacy/id-duplicate', place, () => ({
            message: `The planning unit ${id} stands in the file twice`,
          }))
        else each({ line, id, index, value: given })
      },
    },
    { findings, ...(signal && { signal }) },
  )
  return seen.size
}

/** -1 where the header is not that of such a table. */
function unitField(names: readonly string[], file: string, line: number, findings: FindingCollector): number {
  const simple = names.map(columnName)
  if (simple.some((name) => name === 'zone'))
    throw new PieceworkError(
      'legacy/marzone',
      `These are results of Marxan with Zones (${file} has a column zone), which cannot be imported`,
    )
  const field = simple.findIndex((name) => ID_NAMES.has(name))
  if (field >= 0 && names.length === 2) return field
  findings.error('legacy/column-missing', { file, line }, () => ({
    message: `The columns are ${names.join(', ').slice(0, 200)}, not a planning unit and one more`,
    hint: 'Marxan names them PUID,SOLUTION or planning_unit,solution or planning_unit,number.',
  }))
  return -1
}
