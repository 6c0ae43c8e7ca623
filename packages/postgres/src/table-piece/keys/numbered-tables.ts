import type { Queryable } from '@piecework/core/piece'
import type { TablePieceSpec } from '../spec.js'
import { readSequences } from './sequences.js'

/**
 * Tables of the declaration whose numbers must be prepared before a job makes anything: new keys from a
 * sequence, or numbers that travel though a sequence makes them. May name some that turn out to need nothing.
 */
export async function numberedTables(
  db: Queryable,
  { schema = 'public', tables }: Pick<TablePieceSpec, 'schema' | 'tables'>,
): Promise<readonly string[]> {
  const sequences = await readSequences(
    db,
    tables.map(({ table }) => ({ schema, name: table })),
    [],
  )
  return tables
    .filter(({ table, key, columns = [] }) => {
      if (typeof key === 'object' && 'sequence' in key) return true
      return sequences
        .columns({ schema, name: table })
        .some((column) => key !== undefined || columns.includes(column.name) || column.inKey)
    })
    .map(({ table }) => table)
}
