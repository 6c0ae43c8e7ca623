import type { Piece, Queryable } from '@piecework/core/piece'
import { isTablePiece, type TablePieceSpec, tableSpec } from '../spec.js'
import { readSequences, type Sequences } from './sequences.js'

type Tables = Pick<TablePieceSpec, 'schema' | 'tables'>

const readFor = new WeakMap<readonly Piece[], Promise<Sequences>>()

/**
 * Tables of the declaration whose numbers must be prepared before a job makes anything: new keys from a
 * sequence, or numbers that travel though a sequence makes them. May name some that turn out to need nothing.
 */
export async function numberedTables(
  db: Queryable,
  spec: Tables,
  asked: readonly Piece[] = [],
): Promise<readonly string[]> {
  const sequences = await sequencesFor(db, spec, asked)
  const { schema = 'public', tables } = spec
  return tables
    .filter(({ table, key, columns = [] }) => {
      if (typeof key === 'object' && 'sequence' in key) return true
      return sequences
        .columns({ schema, name: table })
        .some((column) => key !== undefined || columns.includes(column.name) || column.inKey)
    })
    .map(({ table }) => table)
}

function sequencesFor(db: Queryable, spec: Tables, asked: readonly Piece[]): Promise<Sequences> {
  const specs = asked.filter(isTablePiece).map((piece): Tables => piece[tableSpec])
  if (!specs.includes(spec)) return readSequences(db, tablesOf(spec), [])
  const found = readFor.get(asked) ?? readSequences(db, specs.flatMap(tablesOf), [])
  readFor.set(asked, found)
  return found
}

const tablesOf = ({ schema = 'public', tables }: Tables) =>
  tables.map(({ table }) => ({ schema, name: table }))
