import { isSequenceForm, PieceworkError, type Queryable } from '@piecework/core/piece'
import { alternatives } from './as-reference.js'
import { type Catalogue, readCatalogue } from './catalogue.js'
import type { ClaimedSpec } from './claims.js'
import { findingOf, type Problem } from './facts/problem.js'
import { withFacts } from './facts/with-facts.js'
import { likelySequences } from './keys/number-problems.js'
import { readSequences, type Sequences } from './keys/sequences.js'
import type { ReportProblem } from './resolve-input.js'
import { resolveTable } from './resolve-table.js'
import type { TablePieceSpec } from './spec.js'
import { referencedName, type TableName } from './table-name.js'
import type { TablePlan } from './table-plan.js'
import { undeclaredKeys } from './undeclared-keys.js'

type Declaration = Pick<TablePieceSpec, 'name' | 'schema' | 'tables'> & Partial<Pick<ClaimedSpec, 'claimed'>>

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
  const catalogue = await catalogueOf(db, piece)
  const problems: Problem[] = []
  const sequences = await sequencesOf(db, piece, catalogue)
  const add = (table: string, text: string, at: Pick<Problem, 'column' | 'hint'> = {}) =>
    problems.push({ severity: 'error', code: 'tables/declaration', table, text, ...at })
  const matched = piece.tables.flatMap((spec) => {
    const problem: ReportProblem = (text, at) => void add(spec.table, text, at)
    const plan = resolveTable({ spec, piece, schema, catalogue, sequences, problem })
    return plan ? [plan] : []
  })
  const { plans, refused } = await withFacts(db, matched, piece.claimed === true)
  // Reads rows, which row level security may refuse.
  if (refused.length === 0)
    for (const { table, text, ...at } of await undeclaredKeys(db, matched)) add(table, text, at)
  return { plans, problems: [...problems, ...refused] }
}

/** The tables of a declaration and those that it refers to. */
export const catalogueOf = (
  db: Queryable,
  piece: Pick<TablePieceSpec, 'schema' | 'tables'>,
): Promise<Catalogue> => readCatalogue(db, tablesOf(piece), hopsOf(piece))

/** Of the tables of a declaration and those that it refers to, and those that it may name. */
function sequencesOf(
  db: Queryable,
  { schema = 'public', tables }: Pick<TablePieceSpec, 'schema' | 'tables'>,
  catalogue: Catalogue,
): Promise<Sequences> {
  const named = tables.flatMap(({ table, key }) =>
    isSequenceForm(key)
      ? [key.sequence]
      : (catalogue
          .get({ schema, name: table })
          ?.primaryKey.flatMap((column) => likelySequences(table, column)) ?? []),
  )
  return readSequences(db, catalogue.tables, named)
}

function tablesOf({
  schema = 'public',
  tables,
}: Pick<Declaration, 'schema' | 'tables'>): readonly TableName[] {
  const referenced = tables.flatMap(({ references = {}, json = {}, text = {} }) => [
    ...Object.values(references).flatMap((column) =>
      alternatives(column).map((each) => each.reference.table),
    ),
    ...[...Object.values(json), ...Object.values(text)].flatMap((ids) => ids.map(({ table }) => table)),
  ])
  return [
    ...tables.map(({ table }) => ({ schema, name: table })),
    ...referenced.map((name) => referencedName(name, schema, tables)),
  ]
}

/** Keys that are references themselves are followed so far. */
const followed = 3

const hopsOf = ({ tables }: Pick<Declaration, 'tables'>): number =>
  Math.max(
    followed,
    ...tables.flatMap(({ owner, order }) => [owner, ...order].map((path) => path.split('.').length - 1)),
  )
