import type { Transaction } from '@piecework/core/piece'
import type { OpenTransaction } from '../database/open-transaction.js'

type Between = OpenTransaction['copyInBetween']

/**
 * `copyIn` with statements around it, of which the database is told at once where the transaction can do that. Where it
 * fails, `before` has been carried out.
 */
export async function copyInBetween(
  tx: Transaction,
  target: Parameters<Between>[0],
  records: Parameters<Between>[1],
  { before, after }: { readonly before: string; readonly after?: string },
): Promise<number> {
  if (canBetween(tx))
    return tx.copyInBetween(target, records, { before, ...(after !== undefined && { after }) })
  await tx.query(before)
  const rows = await tx.copyIn(target, records)
  if (after !== undefined) await tx.query(after)
  return rows
}

/** By what it can do: it may have been made by another copy of this package. */
const canBetween = (tx: Transaction): tx is Transaction & { readonly copyInBetween: Between } =>
  'copyInBetween' in tx
