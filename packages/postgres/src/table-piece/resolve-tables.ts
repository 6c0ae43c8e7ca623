import { PieceworkError, type Queryable } from '@piecework/core/piece'
import { readCatalogue } from './catalogue.js'
import { findingOf, type Problem } from './facts/problem.js'
import { withFacts } from './facts/with-facts.js'
import { resolveTable } from './resolve-table.js'
import type { TablePieceSpec } from './spec.js'
import type { TablePlan } from './table-plan.js'
import { undeclaredKeys } from './undeclared-keys.js'

type Declaration = Pick<TablePieceSpec, 'name' | 'schema' | 'tables'>

/**
 * Matches a piece's declaration with the database. Throws `registry-invalid`, naming everything that does not
 * fit.
 */
export async function resolveTables(db: Queryable, piece: Declaration): Promise<readonly TablePlan[]> {
  const { plans, problems } = await matchTables(db, piece)
  if (problems.length === 0) return plans
  const texts = problems.map(({ text }) => text)
  throw new PieceworkError('registry-invalid', `Piece "${piece.name}" cannot be run: ${texts.join('; ')}.`, {
    facts: { piece: piece.name, problems: texts },
    findings: problems.map((problem) => findingOf(piece.name, problem)),
  })
}

/** Plans that hold if there is no problem; each problem is an error. */
export async function matchTables(
  db: Queryable,
  piece: Declaration,
): Promise<{ readonly plans: readonly TablePlan[]; readonly problems: readonly Problem[] }> {
  const schema = piece.schema ?? 'public'
  const catalogue = await readCatalogue(db, schema, tablesOf(piece), hopsOf(piece))
  const problems: Problem[] = []
  const problem = (text: string) => problems.push({ severity: 'error', code: 'tables/declaration', text })
  const matched = piece.tables.flatMap((spec) => {
    const plan = resolveTable({ spec, piece, schema, catalogue, problem })
    return plan ? [plan] : []
  })
  const { plans, refused } = await withFacts(db, matched)
  // Reads rows, which row level security may refuse.
  if (refused.length === 0) for (const text of await undeclaredKeys(db, matched)) problem(text)
  return { plans, problems: [...problems, ...refused] }
}

function tablesOf({ tables }: Declaration): string[] {
  const names = new Set<string>()
  for (const { table, references = {}, json = {} } of tables) {
    names.add(table)
    for (const reference of Object.values(references)) {
      names.add(typeof reference === 'string' ? reference : reference.table)
    }
    for (const ids of Object.values(json)) for (const id of ids) names.add(id.table)
  }
  return [...names]
}

const hopsOf = ({ tables }: Declaration): number =>
  Math.max(
    1,
    ...tables.flatMap(({ owner, order }) => [owner, ...order].map((path) => path.split('.').length - 1)),
  )
