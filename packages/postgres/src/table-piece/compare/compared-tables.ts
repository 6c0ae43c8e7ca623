import type { Transaction } from '@piecework/core/piece'
import { resolveTables } from '../resolve-tables.js'
import type { TablePlan } from '../table-plan.js'

type Declaration = Parameters<typeof resolveTables>[1]

const known = new WeakMap<Transaction, Map<string, Promise<readonly TablePlan[]>>>()

/** `resolveTables`, once for all resources and references of a comparison. */
export function comparedTables(tx: Transaction, piece: Declaration): Promise<readonly TablePlan[]> {
  const plans = known.get(tx) ?? new Map<string, Promise<readonly TablePlan[]>>()
  known.set(tx, plans)
  const resolved = plans.get(piece.name) ?? resolveTables(tx, piece)
  plans.set(piece.name, resolved)
  return resolved
}
