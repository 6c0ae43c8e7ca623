import {
  isPieceworkError,
  keyFormsOf,
  type Piece,
  PieceworkError,
  type Queryable,
} from '@piecework/core/piece'
import { checkClaims } from './check-claims.js'
import { type ClaimingPiece, isClaimingPiece, tableClaims } from './claims.js'
import { findingOf, type TableFinding } from './facts/problem.js'
import { matchTables } from './resolve-tables.js'
import { isTablePiece, tableSpec } from './spec.js'
import type { TablePlan } from './table-plan.js'
import { unformedReferences } from './unformed-references.js'

/**
 * Checks whether the table pieces and claims among `pieces` fit the database; for the start of a host, after its
 * migrations, and for a test. Resolves to warnings: what an import, a clone or a second copy would meet later.
 * Throws one `registry-invalid` that names everything that does not fit; its `findings` are errors and
 * warnings.
 */
export async function checkTables(db: Queryable, pieces: readonly Piece[]): Promise<readonly TableFinding[]> {
  const findings: TableFinding[] = []
  const refused: string[] = []
  const forms = keyFormsOf(pieces, refused)
  const fitting: TablePlan[] = []
  for (const piece of pieces) {
    if (isClaimingPiece(piece)) refused.push(...(await claimProblems(db, piece)))
    if (!isTablePiece(piece)) continue
    const { plans, problems } = await matchTables(db, piece[tableSpec])
    findings.push(...problems.map((problem) => findingOf(piece.name, problem)))
    const errors = problems.filter(({ severity }) => severity === 'error')
    if (errors.length > 0)
      refused.push(`Piece "${piece.name}" cannot be run: ${errors.map(({ text }) => text).join('; ')}.`)
    else fitting.push(...plans)
  }
  refused.push(...unformedReferences(fitting, forms))
  if (refused.length === 0) return findings
  throw new PieceworkError('registry-invalid', refused.join(' '), { facts: { problems: refused }, findings })
}

async function claimProblems(db: Queryable, piece: ClaimingPiece): Promise<readonly string[]> {
  try {
    await checkClaims(db, piece.name, piece[tableClaims])
    return []
  } catch (error) {
    if (!isPieceworkError(error, 'registry-invalid')) throw error
    return [error.message]
  }
}
