import {
  check,
  checkDeclaration,
  contractCheck,
  type OptionChecks,
  type Piece,
  PieceworkError,
  required,
} from '@piecework/core/piece'
import {
  type ClaimingPiece,
  comparableClaims,
  ownedClaims,
  type TableClaim,
  type TableClaims,
  tableClaims,
} from './claims.js'
import { compareTables } from './compare/compare-tables.js'
import { removeTables } from './remove/remove-tables.js'
import { tableKey } from './table-name.js'

const columns = check.list(check.text)

const claimChecks: OptionChecks<TableClaims> = {
  schema: check.text,
  tables: required(
    check.list(
      contractCheck<TableClaim>({
        table: required(check.text),
        owner: check.text,
        order: columns,
        references: check.record(check.text),
        columns,
        ignore: columns,
      }),
    ),
  ),
}

/**
 * The same piece, written by hand, with the tables that it carries: `assertSchemaCovered` counts them as
 * decided, `checkTables` looks whether they are there, a failed import or clone removes their rows by
 * `owner`, and `diff` compares their rows by `order`. A remover and a comparer that the piece has stay.
 */
export function claimTables<Options = unknown>(
  piece: Piece<Options>,
  claims: TableClaims,
): ClaimingPiece<Options> {
  checkDeclaration(`Claims of piece "${piece.name}"`, claims, contractCheck(claimChecks))
  if (claims.tables.length === 0)
    throw new PieceworkError('registry-invalid', `Piece "${piece.name}" claims no table.`)
  const owned = {
    ...ownedClaims(piece.name, claims),
    ...(piece.exportOnly && { exportOnly: piece.exportOnly }),
  }
  const comparable = comparableClaims(piece.name, claims)
  const { schema = 'public', tables } = claims
  const names = tables.map(({ table }) => tableKey({ schema, name: table }))
  return {
    ...piece,
    keys: { ...piece.keys, tables: [...new Set([...(piece.keys?.tables ?? []), ...names])] },
    [tableClaims]: claims,
    ...(owned.tables.length > 0 &&
      !piece.remover && { remover: { remove: (context) => removeTables(owned, context) } }),
    ...(comparable.tables.length > 0 &&
      !piece.comparer && { comparer: { compare: (context) => compareTables(comparable, context) } }),
  }
}
