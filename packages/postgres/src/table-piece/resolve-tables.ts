import { PieceworkError, type Queryable } from '@piecework/core/piece'
import { type Catalogue, readCatalogue } from './catalogue.js'
import type { ClaimedSpec } from './claims.js'
import { resolveTable } from './resolve-table.js'
import type { TablePieceSpec } from './spec.js'
import type { TablePlan } from './table-plan.js'
import { undeclaredKeys } from './undeclared-keys.js'

/**
 * Matches a piece's declaration with the database. Throws `registry-invalid`, naming everything that does not
 * fit.
 */
export async function resolveTables(
  db: Queryable,
  piece: Pick<TablePieceSpec, 'name' | 'schema' | 'tables'> & Partial<Pick<ClaimedSpec, 'claimed'>>,
): Promise<readonly TablePlan[]> {
  const schema = piece.schema ?? 'public'
  const catalogue = await catalogueOf(db, piece)
  const problems: string[] = []
  const plans = piece.tables.flatMap(
    (spec) => resolveTable({ spec, piece, schema, catalogue, problem: (text) => problems.push(text) }) ?? [],
  )
  problems.push(...(await undeclaredKeys(db, plans)))
  if (problems.length > 0) {
    throw new PieceworkError(
      'registry-invalid',
      `Piece "${piece.name}" cannot be run: ${problems.join('; ')}.`,
      {
        facts: { piece: piece.name, problems },
      },
    )
  }
  return plans
}

/** The tables of a declaration and those that it refers to. */
export const catalogueOf = (
  db: Queryable,
  piece: Pick<TablePieceSpec, 'schema' | 'tables'>,
): Promise<Catalogue> => readCatalogue(db, piece.schema ?? 'public', tablesOf(piece), hopsOf(piece))

function tablesOf({ tables }: Pick<TablePieceSpec, 'tables'>): string[] {
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

const hopsOf = ({ tables }: Pick<TablePieceSpec, 'tables'>): number =>
  Math.max(
    1,
    ...tables.flatMap(({ owner, order }) => [owner, ...order].map((path) => path.split('.').length - 1)),
  )
