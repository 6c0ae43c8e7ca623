import { type KeysContext, PieceworkError, type Queryable } from '@piecework/core/piece'
import { textLiteral } from '../../database/text-literal.js'
import { defaults } from '../../defaults.js'
import type { TablePlan } from '../table-plan.js'
import { lockSequence, regclass } from './draw-numbers.js'
import type { Numbered } from './numbers.js'
import { collectNumbers, oldNumbers } from './old-numbers.js'
import type { Sequence } from './sequences.js'

/**
 * Numbers travel that the host's sequence would give again: it is moved past them, as if the host had drawn
 * them. Throws `sequence-behind` if it would have to move further than `defaults.movedNumbers`.
 */
export async function moveSequence(
  plan: TablePlan,
  { column, sequence }: Numbered,
  context: KeysContext,
): Promise<void> {
  const { tx } = context
  await collectNumbers(plan, column, context)
  const { rows } = await tx.query<{ most: string | null }>(`SELECT max(k)::text AS most FROM ${oldNumbers}`)
  const most = rows[0]?.most
  if (most === null || most === undefined) return
  await lockSequence(tx, sequence)
  const wanted = BigInt(most)
  const now = (await lastValue(tx, sequence)) ?? (await next(tx, sequence, 1n))
  // Another session may hold numbers below the last one, and would come to those that are written here.
  if (sequence.cache > 1n) {
    throw new PieceworkError(
      'unsupported',
      `The sequence ${sequence.text} has CACHE ${sequence.cache}, so numbers of "${plan.table.name}"."${column.name}" cannot travel: leave the column out of "columns", or set CACHE 1.`,
      { facts: { sequence: sequence.text, table: plan.table.name, column: column.name } },
    )
  }
  if (now >= wanted) return
  const steps = (wanted - now + sequence.increment - 1n) / sequence.increment
  if (steps > BigInt(defaults.movedNumbers) || now + steps * sequence.increment > sequence.most) {
    const { table } = plan
    const mend = `SELECT setval(${textLiteral(sequence.name)}, greatest(${most}, (SELECT last_value FROM ${sequence.name})))`
    throw new PieceworkError(
      'sequence-behind',
      `The sequence ${sequence.text} stands at ${now}, and numbers as far as ${most} are to be written into "${table.name}"."${column.name}"; ${mend} moves it.`,
      { facts: { sequence: sequence.text, table: table.name, column: column.name } },
    )
  }
  await next(tx, sequence, steps)
}

/** Undefined if none was drawn yet. */
async function lastValue(tx: Queryable, { oid }: Sequence): Promise<bigint | undefined> {
  const { rows } = await tx.query<{ last: string | null }>(
    'SELECT pg_sequence_last_value($1::oid)::text AS last',
    [oid],
  )
  const last = rows[0]?.last
  return last === null || last === undefined ? undefined : BigInt(last)
}

/** The highest of so many numbers. */
async function next(tx: Queryable, sequence: Sequence, steps: bigint): Promise<bigint> {
  const { rows } = await tx.query<{ last: string }>(
    `SELECT max(n.v)::text AS last FROM (SELECT nextval(${regclass(sequence)}) AS v FROM generate_series(1, $1::bigint) OFFSET 0) n`,
    [String(steps)],
  )
  return BigInt(rows[0]?.last ?? '0')
}
