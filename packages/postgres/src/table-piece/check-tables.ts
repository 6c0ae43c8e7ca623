import {
  isPieceworkError,
  keyFormsOf,
  type Piece,
  PieceworkError,
  type Queryable,
} from '@piecework/core/piece'
import { resolveTables } from './resolve-tables.js'
import { isTablePiece, tableSpec } from './spec.js'
import { unformedReferences } from './unformed-references.js'

/**
 * Checks whether the table pieces among `pieces` fit the database; for the start of a host, after its
 * migrations. Throws one `registry-invalid` that names everything that does not fit.
 */
export async function checkTables(db: Queryable, pieces: readonly Piece[]): Promise<void> {
  const problems: string[] = []
  const forms = keyFormsOf(pieces, problems)
  for (const piece of pieces) {
    if (!isTablePiece(piece)) continue
    try {
      problems.push(...unformedReferences(await resolveTables(db, piece[tableSpec]), forms))
    } catch (error) {
      if (!isPieceworkError(error, 'registry-invalid')) throw error
      problems.push(error.message)
    }
  }
  if (problems.length > 0)
    throw new PieceworkError('registry-invalid', problems.join(' '), { facts: { problems } })
}
