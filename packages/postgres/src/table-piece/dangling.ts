import { type ImportContext, PieceworkError, type Queryable } from '@piecework/core/piece'
import { quoteIdent } from '../database/quote-ident.js'
import { joinSql } from './fill-select.js'
import { type Join, type Remap, referenceValue } from './reference-value.js'
import type { RowSource } from './row-source.js'
import type { Stage } from './stage.js'
import type { ReferencePlan, TablePlan } from './table-plan.js'
import { referencedTable } from './target-rows.js'

type Tell = Pick<ImportContext, 'finding'>

/** References whose dead ends the database would not refuse when the rows are inserted. */
export const unenforcedReferences = (plan: TablePlan, source: RowSource, remap: Remap): ReferencePlan[] =>
  [...plan.references.values()].filter(
    (reference) =>
      !reference.late && !(reference.enforced && referenceValue(plan, reference, source, remap, 0).certain),
  )

/** Whether some row of the source leads nowhere by one of these references: asked at once, so that rows are read once. */
export async function hasDangling(
  tx: Queryable,
  plan: TablePlan,
  references: readonly ReferencePlan[],
  source: RowSource,
  remap: Remap,
): Promise<boolean> {
  if (references.length === 0) return false
  const found = references.map((reference, index) => dangling(plan, reference, source, remap, index))
  const joins = joinSql(found.flatMap((each) => each.joins))
  // Not EXISTS: it makes the planner expect the first row to be such a one, and take nested loops for reading all of them.
  const { rows } = await tx.query<{ found: boolean }>(
    `SELECT count(*) > 0 AS found FROM ${source.from}${joins} WHERE ${source.where} AND (${found.map(({ condition }) => condition).join(' OR ')})`,
  )
  return rows[0]?.found === true
}

/**
 * Empties references that lead nowhere, and takes out rows that cannot be without. Each is told in a finding. Resolves to
 * the number of rows that were taken out.
 */
export async function dropDangling(
  tx: Queryable,
  plan: TablePlan,
  references: readonly ReferencePlan[],
  stage: Stage,
  remap: Remap & Tell,
): Promise<number> {
  let skipped = 0
  const inner = references.filter(({ self }) => self)
  for (const reference of references.filter(({ self }) => !self)) {
    skipped += await cleanReference(tx, plan, reference, stage, remap)
  }
  // Rows that go leave others of the same table behind, which may have to go too.
  for (let pass = 0, gone = inner.length > 0 ? 1 : 0; gone > 0; pass++) {
    if (pass === maxPasses) {
      throw new PieceworkError(
        'archive-invalid',
        `Rows of table "${plan.table.name}" that lead nowhere are nested too deeply.`,
      )
    }
    gone = 0
    for (const reference of inner) gone += await cleanReference(tx, plan, reference, stage, remap)
    skipped += gone
  }
  return skipped
}

const maxPasses = 100

async function cleanReference(
  tx: Queryable,
  plan: TablePlan,
  reference: ReferencePlan,
  stage: Stage,
  remap: Remap & Tell,
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
  const { joins, condition } = dangling(plan, reference, stage, remap, 0)
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

function dangling(
  plan: TablePlan,
  reference: ReferencePlan,
  source: RowSource,
  remap: Remap,
  index: number,
): { readonly joins: readonly Join[]; readonly condition: string } {
  const { sql, joins, given } = referenceValue(plan, reference, source, remap, index)
  const there = `SELECT FROM ${referencedTable(plan.schema, reference)} q WHERE q.${quoteIdent(reference.key)} = ${sql}`
  const id = source.column(reference.column.name)
  const key = source.column(reference.key)
  const within =
    reference.self && id !== undefined && key !== undefined
      ? ` AND NOT EXISTS (SELECT FROM (SELECT ${key} AS k FROM ${source.from} WHERE ${source.where}) own WHERE own.k = ${id})`
      : ''
  return { joins, condition: `(${given} AND NOT EXISTS (${there})${within})` }
}
