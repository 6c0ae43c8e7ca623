import { checkOptions } from '@piecework/core/piece'
import { planningUnit } from '../../roles.js'
import type { Batch, Columns } from '../columns.js'
import type { ReadTableOptions } from '../read-table.js'
import { readTable, readTableChecks } from '../read-table.js'

const columns = {
  id1: { kind: 'integer', required: true, aliases: ['id'] },
  id2: { kind: 'integer', required: true },
  boundary: { kind: 'number', min: 0, required: true, aliases: ['amount', 'bound'] },
} as const satisfies Columns

export type BoundBatch = Batch<typeof columns>

/**
 * Lengths of the boundaries between planning units, in the file's order and directions; a pair may come twice. The boundary of a unit
 * with itself is the outer one.
 * @see Marxan User Manual 5.4.1
 */
export function readBound(
  source: AsyncIterable<Uint8Array>,
  given: ReadTableOptions,
): AsyncIterable<BoundBatch> {
  const options = checkOptions('readBound()', given, readTableChecks)
  const subject = { kind: planningUnit, column: 'id1' }
  const layout = { columns, subject, byPosition: true } as const
  return readTable(source, layout, { ...options, file: options.file ?? 'bound.dat' })
}
