import { type KeyCheckContext, PieceworkError } from '@piecework/core/piece'
import type { Column } from '../catalogue.js'
import type { TablePieceSpec } from '../spec.js'
import { type TablePlan, type Target, targetsOf } from '../table-plan.js'
import { tablesIn } from '../tables-in.js'
import { mostOf } from './most-of.js'
import { isNumbered } from './reserved-keys.js'

/**
 * Throws `keys-exhausted` if a column that holds keys of other tables, or the owner's, has a type with less
 * room than the numbers which the job has taken need.
 */
export async function checkRoom(
  spec: Pick<TablePieceSpec, 'name' | 'schema' | 'tables'>,
  context: KeyCheckContext,
): Promise<void> {
  const known = new Map<string, Promise<bigint>>()
  const highest = (name: string): Promise<bigint> => {
    const found = known.get(name) ?? highestNumber(name, context)
    known.set(name, found)
    return found
  }
  for (const plan of await tablesIn(context.tx, spec)) {
    const { ownerColumn } = plan
    if (ownerColumn && mostOf(ownerColumn) !== undefined)
      for (const { id } of context.resources) refuseAbove(plan, ownerColumn, BigInt(id))
    for (const { column, target } of numbered(plan, context))
      refuseAbove(plan, column, await highest(target.name))
  }
}

interface NumberedColumn {
  readonly column: Column
  readonly target: Target
}

/** Columns with references to numbers that are new, also those in arrays. */
function numbered(plan: TablePlan, { ids, carries }: KeyCheckContext): readonly NumberedColumn[] {
  return targetsOf(plan).filter(
    ({ column, target }) =>
      mostOf(column) !== undefined &&
      (target.of === undefined || carries(target.of)) &&
      (isNumbered(target, ids) || ids.drawn(target.name) !== undefined),
  )
}

async function highestNumber(name: string, { ids }: KeyCheckContext): Promise<bigint> {
  let highest = 0n
  const take = (number: bigint): void => {
    if (number > highest) highest = number
  }
  const drawn = ids.drawn(name)
  if (drawn) for (const id of drawn.values()) take(BigInt(id))
  else
    for await (const page of ids.keyRanges(name))
      for (const { newFrom, length } of page) take(newFrom + BigInt(length) - 1n)
  return highest
}

function refuseAbove({ table }: TablePlan, column: Column, number: bigint): void {
  const most = mostOf(column)
  if (most === undefined || number <= most) return
  throw new PieceworkError(
    'keys-exhausted',
    `"${table.name}"."${column.name}" (${column.type}) cannot hold the new keys that it would refer to: they are as high as ${number}.`,
    { facts: { table: table.name, column: column.name } },
  )
}
