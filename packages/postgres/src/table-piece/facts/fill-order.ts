import { type Piece, piecesBefore } from '@piecework/core/piece'
import { isTablePiece, tableSpec } from '../spec.js'
import { isSameTable } from '../table-name.js'
import { type TablePlan, type Target, targetsOf } from '../table-plan.js'
import type { Problem } from './problem.js'

export interface Planned {
  readonly piece: Piece
  readonly plans: readonly TablePlan[]
}

/**
 * References to tables that other pieces fill, perhaps later: their rows would not be there, and the reference
 * would be taken for one that leads nowhere.
 */
export function fillOrderProblems(
  { piece, plans }: Planned,
  all: readonly Planned[],
  pieces: readonly Piece[],
): Problem[] {
  const before = piecesBefore(piece, pieces)
  return plans.flatMap((plan) =>
    targetsOf(plan).flatMap(({ column: { name: column }, form, target }): Problem[] => {
      // Texts keep ids that lead nowhere, and their rows need no order; numbers of another database come with its rows.
      if (form === 'text' && !target.table.elsewhere) return []
      const here = all.filter((other) => other.plans.some(({ table }) => isSameTable(table, target.table)))
      if (here[0] && isShell(here[0], target)) return []
      const carriers = target.table.elsewhere
        ? pieces.filter((other) => carriesElsewhere(other, piece, target))
        : here.map((other) => other.piece)
      const isOrdered = carriers.some((other) => other === piece || before.has(other.name))
      const [carrier] = carriers
      if (isOrdered || !carrier) return []
      return [
        {
          severity: 'error',
          code: 'tables/order',
          table: plan.spec.table,
          column,
          text: `column "${column}" of table "${plan.spec.table}" leads to "${target.table.name}", which "${carrier.name}" may fill later`,
          hint: hintOf(carrier, piece, pieces),
        },
      ]
    }),
  )
}

function hintOf(carrier: Piece, piece: Piece, pieces: readonly Piece[]): string {
  const isElsewhere = carrier.database !== piece.database
  if (!piecesBefore(carrier, pieces).has(piece.name))
    return `Name "${carrier.name}" in "after"${isElsewhere ? '.' : '; if the tables lead to each other, put them into one piece.'}`
  const both = `"${carrier.name}" comes after "${piece.name}" itself.`
  return isElsewhere
    ? `${both} Put what leads back into a table of its own, in a third piece after both.`
    : `${both} If the tables lead to each other, put them into one piece.`
}

/** Rows of resources are there before the first piece runs. */
const isShell = ({ plans }: Planned, target: Target): boolean =>
  target.root || plans.some(({ table, ownRow }) => ownRow && isSameTable(table, target.table))

/** Of a foreign table: whether the piece has its rows in another database, and they are no resources' own, which come first. */
const carriesElsewhere = (other: Piece, { database }: Piece, target: Target): boolean =>
  other.database !== database &&
  !target.root &&
  !other.exportOnly &&
  isTablePiece(other) &&
  other[tableSpec].tables.some(({ table, owner }) => table === target.table.name && owner !== target.key)
