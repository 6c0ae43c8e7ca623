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
import type { TablePlan } from './table-plan.js'
import { unformedReferences } from './unformed-references.js'

/**
 * Checks whether the table pieces and claims among `pieces` fit the database; for the start of a host, after its
 * migrations. Throws one `registry-invalid` that names everything that does not fit.
 */
export async function checkTables(db: Queryable, pieces: readonly Piece[]): Promise<void> {
  const problems: string[] = []
  const forms = keyFormsOf(pieces, problems)
  const plans: TablePlan[] = []
  for (const piece of pieces) {
    try {
      if (isTablePiece(piece)) plans.push(...(await resolveTables(db, piece[tableSpec])))
      else if (isClaimingPiece(piece)) await checkClaims(db, piece.name, piece[tableClaims])
    } catch (error) {
      if (!isPieceworkError(error, 'registry-invalid')) throw error
      problems.push(error.message)
    }
  }
  problems.push(...unformedReferences(plans, forms))
  if (problems.length > 0)
    throw new PieceworkError('registry-invalid', problems.join(' '), { facts: { problems } })
}
