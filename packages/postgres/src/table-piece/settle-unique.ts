import { PieceworkError } from '@piecework/core/piece'
import { quoteIdent } from '../database/quote-ident.js'
import { textLiteral } from '../database/text-literal.js'
import type { Column } from './catalogue.js'
import type { FillContext } from './fill-context.js'
import { onlyTable } from './joins.js'
import { takenValues } from './loss-findings.js'
import { resourceLiteral } from './resource-literal.js'
import type { Stage } from './stage.js'
import type { TablePlan } from './table-plan.js'

/** Numbers of values that were taken, by column. */
export type SettledValues = ReadonlyMap<string, number>

/**
 * Decides, for columns that are unique beyond the resource, what becomes of staged values that are taken.
 * Resolves to how many of each column were.
 */
export async function settleUnique(
  plan: TablePlan,
  stage: Stage,
  context: FillContext,
): Promise<SettledValues> {
  const settled = new Map<string, number>()
  for (const { column, taken } of plan.unique) {
    const staged = stage.name(column.name)
    if (staged === undefined) continue
    const value = `s.${staged}`
    const condition = `${value} IS NOT NULL AND ${isTaken(plan, column, value, context)}`
    if (taken === 'fail') await refuseTaken(plan, column, `FROM ${stage.table} s WHERE ${condition}`, context)
    else {
      const instead = taken === 'null' ? 'NULL' : withSuffix(column, value, context)
      const { rowCount } = await context.tx.query(
        `UPDATE ${stage.table} s SET ${staged} = ${instead} WHERE ${condition}`,
      )
      if (rowCount > 0) settled.set(column.name, rowCount)
    }
  }
  return settled
}

/** SQL condition: another row of the table has the value; the resource's own row is not another. */
function isTaken(plan: TablePlan, { name }: Column, value: string, { resource }: FillContext): string {
  const { ownRow, ownerColumn, table } = plan
  const other =
    ownRow && ownerColumn
      ? ` AND q.${quoteIdent(ownerColumn.name)} <> ${resourceLiteral(ownerColumn, resource.id)}`
      : ''
  return `coalesce((SELECT true FROM ${onlyTable(table)} q WHERE q.${quoteIdent(name)} = ${value}${other} LIMIT 1), false)`
}

const suffixBytes = 4

/** Characters of a value that stay before its suffix; undefined if the column has no limit. */
export function roomFor({ stored }: Column): number | undefined {
  const [, limit] = /\((\d+)\)/.exec(stored) ?? []
  return limit === undefined ? undefined : Number(limit) - 2 * suffixBytes - 1
}

/** SQL of the value with a suffix that is a function of job and value: each attempt makes the same. */
function withSuffix(column: Column, value: string, { jobId }: FillContext): string {
  const hash = `encode(substring(sha256(convert_to(${textLiteral(`${jobId} `)} || ${value}, 'UTF8')) FROM 1 FOR ${suffixBytes}), 'hex')`
  const room = roomFor(column)
  return `${room === undefined ? value : `left(${value}, ${room})`} || '-' || ${hash}`
}

async function refuseTaken(
  plan: TablePlan,
  { name }: Column,
  rows: string,
  { tx }: FillContext,
): Promise<void> {
  const found = await tx.query<{ count: string }>(`SELECT count(*)::text AS count ${rows}`)
  const count = Number(found.rows[0]?.count ?? 0)
  if (count === 0) return
  throw new PieceworkError(
    'table/unique-taken',
    `${count} ${count === 1 ? 'value' : 'values'} of "${name}" of table "${plan.table.name}" ${count === 1 ? 'is' : 'are'} taken here.`,
    { facts: { table: plan.table.name, column: name, count } },
  )
}

/** Tells it of all times that values were settled. */
export function tellSettled(plan: TablePlan, settled: readonly SettledValues[], context: FillContext): void {
  for (const { column, taken } of plan.unique) {
    const count = settled.reduce((sum, values) => sum + (values.get(column.name) ?? 0), 0)
    if (count > 0 && taken !== 'fail') context.finding(takenValues({ plan, count }, column, taken))
  }
}
