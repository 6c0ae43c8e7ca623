import { checkOptions } from '@piecework/core/piece'
import type { Batch, Columns } from '../columns.js'
import { type ReadTableOptions, readTable, readTableChecks } from '../read-table.js'
import { uniqueId } from '../unique-id.js'

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
} as const satisfies Columns

/** `status`: 0 and 1 available, 2 locked in, 3 locked out. */
export type PuBatch = Batch<typeof columns>

/**
 * Planning units, each id once.
 * @see Marxan User Manual 5.3.3
 */
export function readPu(source: AsyncIterable<Uint8Array>, given: ReadTableOptions): AsyncIterable<PuBatch> {
  const options = checkOptions('readPu()', given, readTableChecks)
  const file = options.file ?? 'pu.dat'
  const isNew = uniqueId(file, options.findings)
  return readTable(
    source,
    {
      columns,
      ignored: ['xloc', 'yloc'],
      notCarried: ['prob'],
      accept: (batch, row, line) => isNew(batch.columns.id[row] as number, line),
    },
    { ...options, file },
  )
}
