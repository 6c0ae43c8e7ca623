import type { Queryable, ResourceRef, Transaction } from '@piecework/core/piece'
import { defaults } from '../defaults.js'
import { resolveTables } from './resolve-tables.js'
import type { TablePlan } from './table-plan.js'

type Declaration = Parameters<typeof resolveTables>[1]
type Plans = readonly TablePlan[]

const inTransaction = new WeakMap<Transaction, Map<string, Plans>>()

/** `resolveTables`, once for a piece in a transaction. */
export async function tablesIn(
  tx: Transaction,
  piece: Declaration,
  read: () => Promise<Plans> = () => resolveTables(tx, piece),
): Promise<Plans> {
  const known = inTransaction.get(tx) ?? new Map<string, Plans>()
  inTransaction.set(tx, known)
  const plans = known.get(piece.name) ?? (await read())
  known.set(piece.name, plans)
  return plans
}

interface Reading {
  readonly job: string
  readonly at: number
  /** Resources, and parts of them, for which it was used. */
  readonly of: Set<string>
  readonly plans: Promise<Plans>
}

interface ReadingNode {
  readonly work: 'export' | 'validate' | 'keys' | 'import' | 'clone'
  readonly job: string
  readonly resource: ResourceRef | undefined
  /** Number of a part of it; `plan`: the node that plans them. */
  readonly part?: number | 'plan' | undefined
}

const byPiece = new WeakMap<Declaration, Map<ReadingNode['work'], Reading>>()

/**
 * `resolveTables` for a node of a job of perhaps many resources: what was read a moment ago for another of them, or is
 * being read, is true of this one. An attempt that is repeated reads anew.
 */
export async function tablesOfNode(
  db: Queryable,
  piece: Declaration,
  { work, job, resource, part }: ReadingNode,
): Promise<Plans> {
  const readings = byPiece.get(piece) ?? new Map<ReadingNode['work'], Reading>()
  byPiece.set(piece, readings)
  const last = readings.get(work)
  const one = JSON.stringify([resource?.kind, resource?.id, part])
  if (last?.job === job && !last.of.has(one) && performance.now() - last.at < defaults.catalogueMs) {
    last.of.add(one)
    // If the other one could not read it, this one may.
    const plans = await last.plans.catch(() => undefined)
    if (plans) return plans
  }
  const plans = resolveTables(db, piece)
  readings.set(work, { job, at: performance.now(), of: new Set([one]), plans })
  return plans
}
