import {
  isPieceworkError,
  keyFormsOf,
  type Piece,
  PieceworkError,
  type Queryable,
} from '@piecework/core/piece'
import { checkClaims } from './check-claims.js'
import { isClaimingPiece, tableClaims } from './claims.js'
import { resolveTables } from './resolve-tables.js'
import { isTablePiece, tableSpec } from './spec.js'
import { unformedReferences } from './unformed-references.js'

/**
 * Checks whether the table pieces and claims among `pieces` fit the database; for the start of a host, after its
 * migrations. Throws one `registry-invalid` that names everything that does not fit.
 */
export async function checkTables(db: Queryable, pieces: readonly Piece[]): Promise<void> {
  const problems: string[] = []
  const forms = keyFormsOf(pieces, problems)
  for (const piece of pieces) {
    try {
      if (isTablePiece(piece))
        problems.push(...unformedReferences(await resolveTables(db, piece[tableSpec]), forms))
      else if (isClaimingPiece(piece)) await checkClaims(db, piece.name, piece[tableClaims])
    } catch (error) {
      if (!isPieceworkError(error, 'registry-invalid')) throw error
      problems.push(error.message)
    }
  }
  if (problems.length > 0)
    throw new PieceworkError('registry-invalid', problems.join(' '), { facts: { problems } })
}
