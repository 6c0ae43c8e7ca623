import { PieceworkError, type Queryable } from '@piecework/core/piece'
import { findingOf, type Problem } from './facts/problem.js'
import { withFacts } from './facts/with-facts.js'
import type { Reading } from './read-declared.js'
import type { ReportProblem } from './resolve-input.js'
import { resolveTable } from './resolve-table.js'
import { carriedToo, type Declared, siblingsOf } from './siblings.js'
import type { TablePlan } from './table-plan.js'
import { spelledInCircles } from './typed-key.js'
import { undeclaredKeys } from './undeclared-keys.js'

/**
 * Matches a piece's declaration with the database. Throws `registry-invalid`, naming everything that does not
 * fit.
 */
export async function resolveTables(
  db: Queryable,
  piece: Declared,
  reading: Reading,
): Promise<readonly TablePlan[]> {
  const { plans, problems } = await matchTables(db, piece, reading)
  if (problems.length === 0) return plans
  const texts = problems.map(({ text }) => text)
  throw new PieceworkError('registry-invalid', `Piece "${piece.name}" cannot be run: ${texts.join('; ')}.`, {
    facts: { piece: piece.name, problems: texts },
    findings: problems.map((problem) => findingOf(piece.name, problem)),
  })
}

/** Plans that hold if there is no problem; each problem is an error. `all`: what else the host declares. */
export async function matchTables(
  db: Queryable,
  piece: Declared,
  { catalogue, sequences, factsOf }: Reading,
  all: readonly Declared[] = siblingsOf(piece).declarations,
): Promise<{ readonly plans: readonly TablePlan[]; readonly problems: readonly Problem[] }> {
  const schema = piece.schema ?? 'public'
  const problems: Problem[] = []
  const add = (table: string, text: string, at: Pick<Problem, 'column' | 'hint'> = {}) =>
    problems.push({ severity: 'error', code: 'tables/declaration', table, text, ...at })
  const matched = piece.tables.flatMap((spec) => {
    const problem: ReportProblem = (text, at) => void add(spec.table, text, at)
    const plan = resolveTable({ spec, piece, schema, catalogue, sequences, problem })
    return plan ? [plan] : []
  })
  // A resource's own row is there already: two pieces may fill columns of it.
  for (const { spec } of matched.filter(({ ownRow }) => !ownRow)) {
    const other = carriedToo(piece, spec, all)
    if (other !== undefined)
      add(spec.table, `piece "${other}" carries the rows of table "${spec.table}" by "${spec.owner}", too`, {
        hint: `Leave the table out of one piece, or say by "where" of each which rows are its own: where: { sql: 'kind = $1', values: ['page'] }.`,
      })
  }
  for (const { table, column, to } of spelledInCircles(matched))
    add(
      table,
      `"${column.name}" of table "${table}" is ${column.type} and leads to keys of "${to.name}" (${to.key}), a table that is filled together with this one`,
      {
        column: column.name,
        hint: `Give these keys a column of that type, or take the table out of "tables" and let other: 'keep' leave them as they are.`,
      },
    )
  const { plans, refused } = withFacts(matched, factsOf, piece.claimed === true)
  // Reads rows, which row level security may refuse.
  if (refused.length === 0)
    for (const { table, text, ...at } of await undeclaredKeys(db, matched)) add(table, text, at)
  return { plans, problems: [...problems, ...refused] }
}
