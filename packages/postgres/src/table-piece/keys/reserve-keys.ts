import type { KeysContext } from '@piecework/core/piece'
import { ownKey } from '../key-target.js'
import type { TablePieceSpec } from '../spec.js'
import type { TablePlan } from '../table-plan.js'
import { tablesOfNode } from '../tables-in.js'
import { drawNumbers, lockSequence } from './draw-numbers.js'
import { isUniqueAlone } from './is-unique-alone.js'
import { keyRanges } from './key-ranges.js'
import { moveSequence } from './move-sequence.js'
import type { Numbered } from './numbers.js'
import { collectKeys } from './old-numbers.js'

/**
 * Takes numbers for all rows that the piece will write, and moves sequences past numbers that travel.
 * Sequences are locked in one order, whatever the order of tables.
 */
export async function reserveKeys(
  spec: Pick<TablePieceSpec, 'name' | 'schema' | 'tables'>,
  context: KeysContext,
): Promise<void> {
  const { tx, signal, jobId: job, resource } = context
  const plans = await tablesOfNode(tx, spec, { work: 'keys', job, resource })
  const wanted = plans.flatMap((plan) => [
    ...(plan.numbers.key ? [{ plan, numbered: plan.numbers.key, isKey: true }] : []),
    ...plan.numbers.travelling.map((numbered) => ({ plan, numbered, isKey: false })),
  ])
  for (const { plan, numbered, isKey } of wanted.sort(bySequence)) {
    signal.throwIfAborted()
    if (isKey) await reserve(plan, numbered, context)
    else await moveSequence(plan, numbered, context)
  }
}

type Wanted = { readonly numbered: Numbered }

const bySequence = ({ numbered: a }: Wanted, { numbered: b }: Wanted): number =>
  Number(a.sequence.oid) - Number(b.sequence.oid)

async function reserve(plan: TablePlan, key: Numbered, context: KeysContext): Promise<void> {
  const { tx } = context
  const { name } = ownKey(plan, key.column)
  const alone = isUniqueAlone(plan, key.column)
  // A transaction that has the lock sees all that others have reserved of this table.
  if (!alone) await lockSequence(tx, key.sequence)
  const count = await collectKeys(plan, key.column, context, alone ? undefined : context.reserved(name))
  if (count === 0) return
  await drawNumbers(tx, plan, key, count)
  for await (const page of keyRanges(tx, count)) await context.add(name, page)
}
