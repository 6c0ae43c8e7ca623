import { type ImportContext, PieceworkError, type Queryable } from '@piecework/core/piece'
import { defaults } from '../defaults.js'
import { type Join, joinSql } from './joins.js'
import { givenKeyText, givesStableKey } from './lookups.js'
import { danglingReference, type NamedKey, namedGroups } from './loss-findings.js'
import { isThere, type Remap, referenceValue } from './reference-value.js'
import type { RowSource } from './row-source.js'
import { refuseChangedSource } from './source-changed.js'
import type { Stage } from './stage.js'
import { tableKey } from './table-name.js'
import type { ReferencePlan, TablePlan } from './table-plan.js'

type FindingSink = Pick<ImportContext, 'finding'>

export interface StagedTable {
  readonly plan: TablePlan
  readonly stage: Stage
}

/** References that the database does not check when the rows are inserted. */
export const unenforcedReferences = (plan: TablePlan, source: RowSource, remap: Remap): ReferencePlan[] =>
  plan.references.filter(
    (reference) => !(reference.enforced && referenceValue(reference, source, remap, '0').certain),
  )

/**
 * Whether a row of the source has one of these references dangling. One query for all, so that rows are read
 * once.
 */
export async function hasDangling(
  tx: Queryable,
  references: readonly ReferencePlan[],
  source: RowSource,
  remap: Remap,
): Promise<boolean> {
  if (references.length === 0) return false
  const found = references.map((reference, index) => danglingRows(reference, source, remap, index, true))
  const joins = joinSql(found.flatMap((each) => each.joins))
  // Not EXISTS: the planner would expect to find such a row early, and use nested loops although all rows are
  // read.
  const { rows } = await tx.query<{ found: boolean }>(
    `SELECT count(*) > 0 AS found FROM ${source.from}${joins} WHERE ${source.where} AND (${found.map(({ condition }) => condition).join(' OR ')})`,
  )
  return rows[0]?.found === true
}

/**
 * Sets dangling references of staged rows to NULL, and deletes the rows whose column does not allow that. Each
 * is a finding. Resolves to the number of deleted rows, by table.
 *
 * @param of whether a reference is looked at
 * @param unenforced leaves out what a foreign key refuses when the rows are inserted
 */
export async function dropDangling(
  tx: Queryable,
  staged: readonly StagedTable[],
  remap: Remap & FindingSink,
  of: (reference: ReferencePlan, table: StagedTable) => boolean,
  unenforced = false,
): Promise<readonly number[]> {
  const skipped = staged.map(() => 0)
  const drop = async (chosen: (reference: ReferencePlan) => boolean): Promise<number> => {
    let gone = 0
    for (const [index, table] of staged.entries()) {
      for (const reference of table.plan.references) {
        if (!chosen(reference) || !of(reference, table)) continue
        const rows = await dropDanglingReference(tx, table, reference, remap, unenforced)
        skipped[index] = (skipped[index] ?? 0) + rows
        gone += rows
      }
    }
    return gone
  }
  const within = ({ table }: ReferencePlan) => remap.together.has(tableKey(table))
  await drop((reference) => !within(reference))
  // To delete rows may leave references among these tables dangling.
  for (let pass = 0; (await drop(within)) > 0; pass++) {
    if (pass === defaults.danglingPasses) {
      const names = staged.map(({ plan }) => `"${plan.table.name}"`).join(', ')
      throw new PieceworkError(
        'archive-invalid',
        `Rows of ${names} with dangling references are nested too deeply.`,
      )
    }
  }
  return skipped
}

interface Gone {
  readonly count: string
  /** Of these, rows that lead by a stable key. */
  readonly keyed: string
  readonly examples: readonly string[] | null
  readonly named: readonly NamedKey[] | null
}

async function dropDanglingReference(
  tx: Queryable,
  { plan, stage }: StagedTable,
  reference: ReferencePlan,
  remap: Remap & FindingSink,
  unenforced: boolean,
): Promise<number> {
  const { column, shared, lookup, table: target } = reference
  const skip = column.notNull
  const headers = [column.name, ...(shared?.headers ?? []), ...(lookup?.headers ?? [])]
  const empty = headers.flatMap((name) => {
    const staged = stage.name(name)
    return staged ? [`${staged} = NULL`] : []
  })
  if (empty.length === 0) return 0
  const { joins, condition } = danglingRows(reference, stage, remap, 0, unenforced)
  if (!remap.together.has(tableKey(target))) await refuseChanged(tx, { plan, stage }, reference, remap, false)
  const id = stage.column(column.name) ?? 'NULL'
  const change = skip
    ? `DELETE FROM ${stage.table} s USING gone WHERE s.ctid = gone.at`
    : `UPDATE ${stage.table} s SET ${empty.join(', ')} FROM gone WHERE s.ctid = gone.at`
  const key = shared
    ? `CASE WHEN ${id} IS NULL AND ${givesStableKey(shared, stage)} THEN ${givenKeyText(shared, stage)} END`
    : 'NULL::text'
  const { rows } = await tx.query<Gone>(
    `WITH gone AS MATERIALIZED (SELECT t.ctid AS at, (${id})::text AS id, ${key} AS key FROM ${stage.from}${joinSql(joins)} WHERE ${condition}),
     changed AS (${change}),
     named AS (SELECT key, count(*)::float8 AS rows FROM gone WHERE key IS NOT NULL
       GROUP BY key ORDER BY count(*) DESC, key COLLATE "C" LIMIT ${defaults.listedMissing + 1})
     SELECT count(*)::text AS count, count(key)::text AS keyed,
       (array_agg(DISTINCT id) FILTER (WHERE id IS NOT NULL))[1:3] AS examples,
       (SELECT jsonb_agg(n ORDER BY n.rows DESC, n.key COLLATE "C") FROM named n) AS named FROM gone`,
  )
  const count = Number(rows[0]?.count ?? 0)
  if (count === 0) return 0
  if (skip && plan.ownRow) {
    throw new PieceworkError(
      'archive-invalid',
      `The row of "${plan.entry}" leads by "${column.name}" to a row of "${target.name}" that is not there.`,
    )
  }
  const keyed = Number(rows[0]?.keyed ?? 0)
  if (count > keyed)
    remap.finding(danglingReference({ plan, count: count - keyed, examples: rows[0]?.examples }, reference))
  if (keyed > 0)
    for (const group of namedGroups(keyed, rows[0]?.named ?? []))
      remap.finding(danglingReference({ plan, ...group }, reference))
  return skip ? count : 0
}

/** Of tables that refer to each other, before a row is left out of a stage. */
export async function refuseChangedTogether(
  tx: Queryable,
  staged: readonly StagedTable[],
  remap: Remap,
): Promise<void> {
  if (remap.from === 'files') return
  for (const table of staged)
    for (const reference of table.plan.references)
      if (remap.together.has(tableKey(reference.table)))
        await refuseChanged(tx, table, reference, remap, true)
}

async function refuseChanged(
  tx: Queryable,
  { plan, stage }: StagedTable,
  reference: ReferencePlan,
  remap: Remap,
  any: boolean,
): Promise<void> {
  const { column } = reference
  const id = stage.column(column.name)
  if (id === undefined) return
  const { joins, condition } = danglingRows(reference, stage, remap, 0, false)
  const from = `${stage.from}${joinSql(joins)}`
  const missing = { plan, column, target: reference, id, from, where: condition }
  await refuseChangedSource(tx, missing, remap, { any })
}

function danglingRows(
  reference: ReferencePlan,
  source: RowSource,
  remap: Remap,
  index: number,
  unenforced: boolean,
): { readonly joins: readonly Join[]; readonly condition: string } {
  const { sql, joins, given } = referenceValue(reference, source, remap, `${index}`)
  // The foreign key sees all others.
  if (unenforced && reference.enforced) return { joins, condition: `(${given} AND ${sql} IS NULL)` }
  const id = source.column(reference.column.name)
  const together = remap.together.get(tableKey(reference.table))
  const staged = together?.source.column(reference.key)
  const here = `NOT ${isThere(reference, sql, remap)}`
  if (!together || staged === undefined || id === undefined)
    return { joins, condition: `(${given} AND ${here})` }
  const { from, where } = together.source
  const within = `EXISTS (SELECT FROM (SELECT ${staged} AS k FROM ${from} WHERE ${where}) own WHERE own.k = ${id})`
  return { joins, condition: `(${given} AND CASE WHEN ${within} THEN false ELSE ${here} END)` }
}
