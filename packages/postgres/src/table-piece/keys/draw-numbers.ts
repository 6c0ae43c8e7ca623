import { isPieceworkError, PieceworkError, type Queryable } from '@piecework/core/piece'
import { quoteIdent } from '../../database/quote-ident.js'
import { textLiteral } from '../../database/text-literal.js'
import type { Column } from '../catalogue.js'
import { tableName } from '../joins.js'
import type { TablePlan } from '../table-plan.js'
import { isUniqueAlone } from './is-unique-alone.js'
import { mostOf } from './most-of.js'
import type { Numbered } from './numbers.js'
import { createRuns } from './runs.js'
import type { Sequence } from './sequences.js'

/** Runs of the numbers that were drawn. */
export const newRuns = 'pg_temp.piecework_new_runs'

/**
 * Fills `newRuns` with so many numbers of the sequence. They are used up, also if the transaction is rolled
 * back. Throws `keys-exhausted` before it draws more than one, and `sequence-behind` if a row has one of them
 * already.
 */
export async function drawNumbers(
  tx: Queryable,
  plan: TablePlan,
  { column, sequence }: Numbered,
  count: number,
): Promise<void> {
  await createRuns(tx, newRuns)
  await lockSequence(tx, sequence)
  const most = least(sequence.most, mostOf(column) ?? sequence.most)
  const first = await draw(tx, sequence, 1, 0)
  if (first + BigInt(count - 1) * sequence.increment > most) throw exhausted(plan, column, sequence, count)
  await refuseTaken(tx, plan, column, sequence)
  if (count === 1) return
  if ((await draw(tx, sequence, count - 1, 1)) > most) throw exhausted(plan, column, sequence, count)
  await refuseTaken(tx, plan, column, sequence)
}

/** One job at a time takes many, so that its numbers stand close together. Hosts that insert do not wait. */
export async function lockSequence(tx: Queryable, { oid }: Sequence): Promise<void> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('piecework sequence ' || $1::text, 0))`, [
    oid,
  ])
}

/**
 * Resolves to the highest number. A session's numbers ascend, so that they are never sorted, and only their runs are kept.
 * `at`: place of the first.
 */
async function draw(tx: Queryable, sequence: Sequence, count: number, at: number): Promise<bigint> {
  try {
    const { rows } = await tx.query<{ highest: string }>(
      `WITH drawn AS (
         INSERT INTO ${newRuns} SELECT min(d.k), count(*), min(d.at)
         FROM (SELECT n.k, $2::bigint - 1 + row_number() OVER () AS at
           FROM (SELECT nextval(${regclass(sequence)}) AS k FROM generate_series(1, $1::bigint) OFFSET 0) n) d
         GROUP BY d.k - d.at RETURNING first + length - 1 AS last)
       SELECT max(last)::text AS highest FROM drawn`,
      [count, at],
    )
    return BigInt(rows[0]?.highest ?? '0')
  } catch (error) {
    throw isPieceworkError(error, 'database') && error.facts.sqlState === '2200H'
      ? new PieceworkError('keys-exhausted', `The sequence ${sequence.text} has no number left.`, {
          cause: error,
          facts: { sequence: sequence.text },
        })
      : error
  }
}

export const regclass = ({ name }: Sequence): string => `${textLiteral(name)}::regclass`

/** Whether a column of the primary key has a new id in each copy, so that a number may be another row's, too. */
const hasNewPart = ({ table, ownerColumn, references }: TablePlan): boolean =>
  table.primaryKey.some(
    (name) =>
      name === ownerColumn?.name ||
      references.some(({ column, of, shared, lookup }) => column.name === name && !of && !shared && !lookup),
  )

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b)

function exhausted(
  { table }: TablePlan,
  { name, type }: Column,
  { text }: Sequence,
  count: number,
): PieceworkError {
  const message = `The sequence ${text} has fewer than ${count} numbers left that "${table.name}"."${name}" (${type}) can hold.`
  return new PieceworkError('keys-exhausted', message, {
    facts: { sequence: text, table: table.name, count },
  })
}

/** Rows with such a number would be the host's; the host's own inserts fail at them, too. */
async function refuseTaken(
  tx: Queryable,
  plan: TablePlan,
  column: Column,
  { name, text }: Sequence,
): Promise<void> {
  const { table } = plan
  if (!isUniqueAlone(plan, column) && hasNewPart(plan)) return
  const [host, key] = [tableName(table), quoteIdent(column.name)]
  const { rows } = await tx.query<{ taken: boolean }>(
    `SELECT EXISTS (
       SELECT FROM (SELECT t.${key} AS k FROM ${host} t
         WHERE t.${key} BETWEEN (SELECT min(first) FROM ${newRuns}) AND (SELECT max(first + length - 1) FROM ${newRuns}) OFFSET 0) there
       WHERE there.k < (SELECT n.first + n.length FROM ${newRuns} n WHERE n.first <= there.k ORDER BY n.first DESC LIMIT 1)
     ) AS taken`,
  )
  if (rows[0]?.taken !== true) return
  const mend = `SELECT setval(${textLiteral(name)}, greatest((SELECT max(${key}) FROM ${host}), (SELECT last_value FROM ${name})))`
  const message = `The sequence ${text} gives numbers that rows of "${table.name}" have already; while nothing is inserted there, ${mend} moves it.`
  throw new PieceworkError('sequence-behind', message, { facts: { sequence: text, table: table.name } })
}
