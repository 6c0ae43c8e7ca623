import { PieceworkError } from '@piecework/core/piece'
import { quoteIdent } from '../database/quote-ident.js'
import { textLiteral } from '../database/text-literal.js'
import { defaults } from '../defaults.js'
import type { Column } from './catalogue.js'
import { askableChecks } from './check-questions.js'
import type { FillContext } from './fill-context.js'
import { onlyTable } from './joins.js'
import { takenValues } from './loss-findings.js'
import { resourceLiteral } from './resource-literal.js'
import type { Stage } from './stage.js'
import { tableKey } from './table-name.js'
import type { TablePlan } from './table-plan.js'

/** What was decided of the values of a column that were taken. */
interface Settled {
  readonly count: number
  /** A few of them, with what took their place. */
  readonly examples: readonly string[]
}

/** By column. */
export type SettledValues = ReadonlyMap<string, Settled>

/**
 * Decides, for columns that are unique beyond the resource, what becomes of staged values that are taken.
 * Resolves to what became of those of each column.
 */
export async function settleUnique(
  plan: TablePlan,
  stage: Stage,
  context: FillContext,
): Promise<SettledValues> {
  const settled = new Map<string, Settled>()
  for (const { column, taken } of plan.unique) {
    const staged = stage.name(column.name)
    if (staged === undefined) continue
    const value = `s.${staged}`
    const condition = `${value} IS NOT NULL AND ${isTaken(plan, column, value, context)}`
    if (taken === 'fail') await refuseTaken(plan, column, `FROM ${stage.table} s WHERE ${condition}`, context)
    else {
      const instead = taken === 'null' ? 'NULL' : withSuffix(column, value, context)
      const update = { table: stage.table, staged, instead, where: condition }
      const one = await replaceTaken(plan, column, update, context)
      if (one.count > 0) settled.set(column.name, one)
    }
  }
  if (settled.size > 0) await refuseUnchecked(plan, stage, [...settled.keys()], context)
  return settled
}

/** In the order of their values, until they are kept with the job. */
const replacedTable = 'pg_temp.piecework_replaced'

/** Changes what is taken, and keeps each of it with the job. */
async function replaceTaken(
  plan: TablePlan,
  column: Column,
  update: {
    readonly table: string
    readonly staged: string
    readonly instead: string
    readonly where: string
  },
  context: FillContext,
): Promise<Settled> {
  const { tx } = context
  const { table, staged, instead, where } = update
  await tx.query(`DROP TABLE IF EXISTS ${replacedTable}`)
  await tx.query(
    'CREATE TEMPORARY TABLE piecework_replaced (at int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, old text, new text) ON COMMIT DROP',
  )
  // One statement: what is taken when it begins is what it changes and tells.
  const { rowCount: count } = await tx.query(
    `WITH taken AS (SELECT s.ctid AS at, (s.${staged})::text AS old FROM ${table} s WHERE ${where}),
       changed AS (UPDATE ${table} s SET ${staged} = ${instead} FROM taken t WHERE s.ctid = t.at
         RETURNING t.old, (s.${staged})::text AS new)
     INSERT INTO ${replacedTable} (old, new) SELECT old, new FROM changed ORDER BY old COLLATE "C"`,
  )
  const examples: string[] = []
  for (let after = 0; after < count; after += defaults.replacedValues) {
    const { rows } = await tx.query<{ old: string; new: string | null }>(
      `SELECT old, new FROM ${replacedTable} WHERE at > ${after} ORDER BY at LIMIT ${defaults.replacedValues}`,
    )
    if (after === 0) examples.push(...rows.slice(0, defaults.settledExamples).map(shownChange))
    const name = { table: tableKey(plan.table), column: column.name }
    await context.replaced(rows.map((row) => ({ ...name, value: row.old, replacement: row.new })))
  }
  return { count, examples }
}

const shownChange = ({ old, new: now }: { readonly old: string; readonly new: string | null }): string =>
  now === null ? shown(old) : `${shown(old)} → ${shown(now)}`

const shown = (value: string): string => [...value].slice(0, defaults.shownValueCharacters).join('')

/** SQL condition: another row of the table has the value; the resource's own row is not another. */
function isTaken(plan: TablePlan, { name }: Column, value: string, { resource }: FillContext): string {
  const { ownRow, ownerColumn, table } = plan
  const other =
    ownRow && ownerColumn
      ? ` AND q.${quoteIdent(ownerColumn.name)} <> ${resourceLiteral(ownerColumn, resource.id)}`
      : ''
  return `coalesce((SELECT true FROM ${onlyTable(table)} q WHERE q.${quoteIdent(name)} = ${value}${other} LIMIT 1), false)`
}

/** Characters of a value that stay before its suffix; undefined if the column has no limit. */
export function roomFor({ stored }: Column): number | undefined {
  const [, limit] = /\((\d+)\)/.exec(stored) ?? []
  return limit === undefined ? undefined : Number(limit) - 2 * defaults.suffixBytes - 1
}

/** SQL of the value with a suffix that is a function of job and value: each attempt makes the same. */
function withSuffix(column: Column, value: string, { jobId }: FillContext): string {
  const hash = `encode(substring(sha256(convert_to(${textLiteral(`${jobId} `)} || ${value}, 'UTF8')) FROM 1 FOR ${defaults.suffixBytes}), 'hex')`
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

/** Throws `table/check-violated` where a CHECK refuses a row with what takes the place of its values. */
async function refuseUnchecked(
  plan: TablePlan,
  stage: Stage,
  changed: readonly string[],
  { tx }: FillContext,
): Promise<void> {
  const { name: table } = plan.table
  const staged = plan.carried.flatMap(({ name }) => (stage.name(name) === undefined ? [] : [name]))
  const { checks, columns } = askableChecks(plan, staged, changed)
  if (checks.length === 0) return
  const values = columns.map(({ name, type }) => `s.${stage.name(name)}::${type} AS ${quoteIdent(name)}`)
  const violated = checks.map(({ expression }) => `(count(*) FILTER (WHERE NOT (${expression})))::int`)
  const { rows } = await tx.query<{ counts: readonly number[] }>(
    `SELECT ARRAY[${violated.join(', ')}] AS counts FROM (SELECT ${values.join(', ')} FROM ${stage.table} s OFFSET 0) AS ${quoteIdent(table)}`,
  )
  for (const [at, count] of (rows[0]?.counts ?? []).entries()) {
    if (count === 0) continue
    const message = `${count} ${count === 1 ? 'row' : 'rows'} of table "${table}" would violate "${checks[at]?.name}" with what takes the place of taken values of "${changed.join('", "')}" by "unique".`
    throw new PieceworkError('table/check-violated', message, { facts: { table, count } })
  }
}

/** Tells it of all times that values were settled. */
export function tellSettled(plan: TablePlan, settled: readonly SettledValues[], context: FillContext): void {
  for (const { column, taken } of plan.unique) {
    const all = settled.flatMap((values) => values.get(column.name) ?? [])
    const count = all.reduce((sum, one) => sum + one.count, 0)
    const examples = all.flatMap((one) => one.examples).slice(0, defaults.settledExamples)
    if (count > 0 && taken !== 'fail') context.finding(takenValues({ plan, count, examples }, column, taken))
  }
}
