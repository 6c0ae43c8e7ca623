import { type ImportContext, PieceworkError, type Queryable } from '@piecework/core/piece'
import { quoteIdent } from '../database/quote-ident.js'
import { defaults } from '../defaults.js'
import { joinSql } from './fill-select.js'
import { type Join, type Remap, referenceValue } from './reference-value.js'
import type { RowSource } from './row-source.js'
import type { Stage } from './stage.js'
import type { ReferencePlan, TablePlan } from './table-plan.js'
import { referencedTable } from './target-rows.js'

type FindingSink = Pick<ImportContext, 'finding'>

/** References that the database does not check when the rows are inserted. */
export const unenforcedReferences = (plan: TablePlan, source: RowSource, remap: Remap): ReferencePlan[] =>
  [...plan.references.values()].filter(
    (reference) =>
      !reference.secondPass &&
      !(reference.enforced && referenceValue(plan, reference, source, remap, 0).certain),
  )

/**
 * Whether a row of the source has one of these references dangling. One query for all, so that rows are read
 * once.
 */
export async function hasDangling(
  tx: Queryable,
  plan: TablePlan,
  references: readonly ReferencePlan[],
  source: RowSource,
  remap: Remap,
): Promise<boolean> {
  if (references.length === 0) return false
  const found = references.map((reference, index) =>
    danglingRows(plan, reference, source, remap, index, true),
  )
  const joins = joinSql(found.flatMap((each) => each.joins))
  // Not EXISTS: the planner would expect to find such a row early, and use nested loops although all rows are
  // read.
  const { rows } = await tx.query<{ found: boolean }>(
    `SELECT count(*) > 0 AS found FROM ${source.from}${joins} WHERE ${source.where} AND (${found.map(({ condition }) => condition).join(' OR ')})`,
  )
  return rows[0]?.found === true
}

/**
 * Sets dangling references to NULL, and deletes the rows whose column does not allow that. Each is a finding.
 * Resolves to the number of deleted rows.
 *
 * @param unenforced leaves out what a foreign key refuses when the rows are inserted
 */
export async function dropDangling(
  tx: Queryable,
  plan: TablePlan,
  references: readonly ReferencePlan[],
  stage: Stage,
  remap: Remap & FindingSink,
  unenforced = false,
): Promise<number> {
  const drop = (reference: ReferencePlan) =>
    dropDanglingReference(tx, plan, reference, stage, remap, unenforced)
  let skipped = 0
  const selfReferences = references.filter(({ self }) => self)
  for (const reference of references.filter(({ self }) => !self)) {
    skipped += await drop(reference)
  }
  // To delete rows may leave references of the same table dangling.
  for (let pass = 0, gone = selfReferences.length > 0 ? 1 : 0; gone > 0; pass++) {
    if (pass === defaults.danglingPasses) {
      throw new PieceworkError(
        'archive-invalid',
        `Rows of table "${plan.table.name}" with dangling references are nested too deeply.`,
      )
    }
    gone = 0
    for (const reference of selfReferences) gone += await drop(reference)
    skipped += gone
  }
  return skipped
}

async function dropDanglingReference(
  tx: Queryable,
  plan: TablePlan,
  reference: ReferencePlan,
  stage: Stage,
  remap: Remap & FindingSink,
  unenforced: boolean,
): Promise<number> {
  const { column, shared, lookup } = reference
  const skip = column.notNull
  const empty = [column.name, shared?.header, lookup?.header].flatMap((name) => {
    const staged = name === undefined ? undefined : stage.name(name)
    return staged ? [`${staged} = NULL`] : []
  })
  if (empty.length === 0) return 0
  const id = stage.column(column.name) ?? 'NULL'
  const change = skip
    ? `DELETE FROM ${stage.table} s USING gone WHERE s.ctid = gone.at`
    : `UPDATE ${stage.table} s SET ${empty.join(', ')} FROM gone WHERE s.ctid = gone.at`
  const { joins, condition } = danglingRows(plan, reference, stage, remap, 0, unenforced)
  const { rows } = await tx.query<{ count: string; examples: string[] | null }>(
    `WITH gone AS MATERIALIZED (SELECT t.ctid AS at, (${id})::text AS id FROM ${stage.from}${joinSql(joins)} WHERE ${condition}),
     changed AS (${change})
     SELECT count(*)::text AS count, (array_agg(DISTINCT id) FILTER (WHERE id IS NOT NULL))[1:3] AS examples FROM gone`,
  )
  const count = Number(rows[0]?.count ?? 0)
  if (count === 0) return 0
  if (skip && plan.ownRow) {
    throw new PieceworkError(
      'archive-invalid',
      `The row of "${plan.entry}" leads by "${column.name}" to a row of "${reference.name}" that is not there.`,
    )
  }
  const examples = rows[0]?.examples?.join(', ')
  remap.finding({
    severity: 'warning',
    code: skip ? 'table/row-skipped' : 'table/reference-dangling',
    file: plan.entry,
    column: column.name,
    count,
    message: `${count} ${count === 1 ? 'row leads' : 'rows lead'} by "${column.name}" to rows of "${reference.name}" that are not there${examples ? ` (${examples})` : ''}: ${skip ? 'left out' : 'the reference is left empty'}.`,
  })
  return skip ? count : 0
}

function danglingRows(
  plan: TablePlan,
  reference: ReferencePlan,
  source: RowSource,
  remap: Remap,
  index: number,
  unenforced: boolean,
): { readonly joins: readonly Join[]; readonly condition: string } {
  const { sql, joins, given } = referenceValue(plan, reference, source, remap, index)
  const there = `SELECT FROM ${referencedTable(plan.schema, reference)} q WHERE q.${quoteIdent(reference.key)} = ${sql}`
  // The foreign key sees all others.
  if (unenforced && reference.enforced) return { joins, condition: `(${given} AND ${sql} IS NULL)` }
  const id = source.column(reference.column.name)
  const key = source.column(reference.key)
  const within =
    reference.self && id !== undefined && key !== undefined
      ? ` AND NOT EXISTS (SELECT FROM (SELECT ${key} AS k FROM ${source.from} WHERE ${source.where}) own WHERE own.k = ${id})`
      : ''
  return { joins, condition: `(${given} AND NOT EXISTS (${there})${within})` }
}
