import { checkOptions } from '@piecework/core/piece'
import { planningUnit } from '../../roles.js'
import type { Batch, Columns } from '../columns.js'
import { type ReadTableOptions, readTable, readTableChecks } from '../read-table.js'
import { uniqueId } from '../unique-id.js'
import { UnitLocations } from './unit-locations.js'

const columns = {
  id: { kind: 'integer', required: true },
  cost: {
    kind: 'number',
    min: 0,
    absent: 1,
    missing: { means: 'every planning unit costs 1', like: /cost|coût|cout|custo|kosten/i },
  },
  status: {
    kind: 'integer',
    min: 0,
    max: 3,
    absent: 0,
    hint: '0 is available, 1 in the starting reserve, 2 locked in, 3 locked out.',
  },
  xloc: { kind: 'number', mayBeEmpty: true },
  yloc: { kind: 'number', mayBeEmpty: true },
} as const satisfies Columns

/** `status`: 0 and 1 available, 2 locked in, 3 locked out. `xloc` and `yloc` are both numbers, or both NaN. */
export type PuBatch = Batch<typeof columns>

/**
 * Planning units, each id once.
 * @see Marxan User Manual 5.3.3
 */
export function readPu(source: AsyncIterable<Uint8Array>, given: ReadTableOptions): AsyncIterable<PuBatch> {
  const options = checkOptions('readPu()', given, readTableChecks)
  const file = options.file ?? 'pu.dat'
  const isNew = uniqueId(file, planningUnit, options.findings)
  const locations = new UnitLocations(file, options.findings)
  return readTable(
    source,
    {
      columns,
      subject: { kind: planningUnit, column: 'id' },
      notCarried: ['prob'],
      header: (names) => locations.header(names),
      accept: (batch, row, line) => {
        const isWhole = locations.accept(batch.columns, row, line)
        return isNew(batch.columns.id[row] as number, line) && isWhole
      },
      end: () => locations.report(),
    },
    { ...options, file },
  )
}
