import { keyFormsOf, type Piece, PieceworkError, type Queryable } from '@piecework/core/piece'
import { findingOf, type TableFinding } from './facts/problem.js'
import { matchTables } from './resolve-tables.js'
import { isTablePiece, tableSpec } from './spec.js'
import { unformedReferences } from './unformed-references.js'

/**
 * Checks whether the table pieces among `pieces` fit the database; for the start of a host, after its
 * migrations, and for a test. Resolves to warnings: what an import, a clone or a second copy would meet later.
 * Throws one `registry-invalid` that names everything that does not fit; its `findings` are errors and
 * warnings.
 */
export async function checkTables(db: Queryable, pieces: readonly Piece[]): Promise<readonly TableFinding[]> {
  const findings: TableFinding[] = []
  const refused: string[] = []
  const forms = keyFormsOf(pieces, refused)
  for (const piece of pieces) {
    if (!isTablePiece(piece)) continue
    const { plans, problems } = await matchTables(db, piece[tableSpec])
    findings.push(...problems.map((problem) => findingOf(piece.name, problem)))
    const errors = problems.filter(({ severity }) => severity === 'error')
    if (errors.length > 0)
      refused.push(`Piece "${piece.name}" cannot be run: ${errors.map(({ text }) => text).join('; ')}.`)
    else refused.push(...unformedReferences(plans, forms))
  }
  if (refused.length === 0) return findings
  throw new PieceworkError('registry-invalid', refused.join(' '), { facts: { problems: refused }, findings })
}
