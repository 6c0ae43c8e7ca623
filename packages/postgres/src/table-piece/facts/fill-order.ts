import type { Piece } from '@piecework/core/piece'
import { isSameTable } from '../table-name.js'
import type { TablePlan, Target } from '../table-plan.js'
import type { Problem } from './problem.js'

export interface Planned {
  readonly piece: Piece
  readonly plans: readonly TablePlan[]
}

/**
 * References to tables that other pieces fill, perhaps later: their rows would not be there, and the reference
 * would be taken for one that leads nowhere.
 */
export function fillOrderProblems({ piece, plans }: Planned, all: readonly Planned[]): Problem[] {
  const before = piecesBefore(piece, all)
  return plans.flatMap((plan) =>
    targetsOf(plan).flatMap(([column, target]): Problem[] => {
      const carriers = all.filter((other) =>
        other.plans.some(({ table }) => isSameTable(table, target.table)),
      )
      const isOrdered = carriers.some((other) => other.piece === piece || before.has(other.piece.name))
      const [carrier] = carriers
      if (isOrdered || !carrier || isShell(carrier, target)) return []
      return [
        {
          severity: 'error',
          code: 'tables/order',
          table: plan.spec.table,
          column,
          text: `column "${column}" of table "${plan.spec.table}" leads to "${target.table.name}", which "${carrier.piece.name}" may fill later`,
          hint: `Name "${carrier.piece.name}" in "after"; if the tables lead to each other, put them into one piece.`,
        },
      ]
    }),
  )
}

/** Texts keep ids that lead nowhere, and their rows need no order. */
const targetsOf = ({ references, containers }: TablePlan): readonly (readonly [string, Target])[] => [
  ...references.map((target) => [target.column.name, target] as const),
  ...containers
    .filter(({ form }) => form !== 'text')
    .flatMap(({ column, ids }) => ids.map((target) => [column.name, target] as const)),
]

/** Rows of resources are there before the first piece runs. */
const isShell = ({ plans }: Planned, target: Target): boolean =>
  target.root || plans.some(({ table, ownRow }) => ownRow && isSameTable(table, target.table))

export function piecesBefore(piece: Piece, all: readonly Planned[]): ReadonlySet<string> {
  const before = new Set(piece.after ?? [])
  // Names that are added while this runs are visited too.
  for (const name of before)
    for (const next of all.find((other) => other.piece.name === name)?.piece.after ?? []) before.add(next)
  return before
}
