import type { ImportContext, Transaction } from '@piecework/core/piece'
import { asHost, writeAsHost } from './as-host.js'
import { dropDangling, unenforcedReferences } from './dangling.js'
import { type FillInput, fillSql, newRows } from './fill-select.js'
import { danglingJson } from './json-value.js'
import { lacksKey, refuseUnreserved, unreserved } from './keys/unreserved.js'
import { isForeignKeyViolation } from './row-error.js'
import type { RowSource } from './row-source.js'
import type { Stage } from './stage.js'
import type { TablePlan } from './table-plan.js'
import { isWatched, keepRows, type WrittenRows } from './written-rows.js'

export type FillContext = FillInput &
  Pick<ImportContext, 'finding'> & {
    readonly tx: Transaction
    /** Those of tables with triggers, for `compareWritten`. */
    readonly written: WrittenRows[]
  }

export interface FillCounts {
  readonly rows: number
  readonly skipped: number
}

/** Inserts the rows of the stage, after dangling references were dropped. */
export async function fillFromStage(
  plan: TablePlan,
  stage: Stage,
  context: FillContext,
): Promise<FillCounts> {
  const { tx } = context
  await refuseUnreserved(plan, stage, context)
  const unenforced = unenforcedReferences(plan, stage, context)
  let skipped = await dropDangling(tx, plan, unenforced, stage, context, true)
  await reportDanglingJson(plan, stage, context, false)
  const rows = await fillUnlessDangling(plan, stage, context)
  if (rows !== undefined) return { rows, skipped }
  const references = [...plan.references.values()].filter(({ secondPass }) => !secondPass)
  skipped += await dropDangling(tx, plan, references, stage, context)
  return { rows: await fillRows(plan, stage, context), skipped }
}

/** Inserts all rows. Undefined, and nothing done, if a foreign key refuses one. */
export async function fillUnlessDangling(
  plan: TablePlan,
  source: RowSource,
  context: FillContext,
): Promise<number | undefined> {
  await context.tx.query('SAVEPOINT piecework_fill')
  try {
    const rows = await fillRows(plan, source, context)
    await context.tx.query('RELEASE SAVEPOINT piecework_fill')
    return rows
  } catch (error) {
    if (!isForeignKeyViolation(error)) throw error
    await context.tx.query('ROLLBACK TO SAVEPOINT piecework_fill')
    return undefined
  }
}

async function fillRows(plan: TablePlan, source: RowSource, context: FillContext): Promise<number> {
  try {
    return await writeRows(plan, source, context)
  } catch (error) {
    throw lacksKey(error, plan) ? unreserved(plan, 1) : error
  }
}

async function writeRows(plan: TablePlan, source: RowSource, context: FillContext): Promise<number> {
  const { tx, written, resource } = context
  const { columns, ...select } = newRows(plan, source, context)
  if (!isWatched(plan)) {
    const sql = fillSql(plan, columns, select.sql, resource.id)
    return writeAsHost(tx, { sql, values: select.values })
  }
  const kept = await keepRows(tx, plan, columns, select, written.length)
  // Triggers of the whole statement run before its first row.
  await tx.query(asHost)
  const rows = `SELECT ${columns.map((_, at) => `c${at}`).join(', ')} FROM ${kept.table}`
  const count = await writeAsHost(tx, { sql: fillSql(plan, columns, rows, resource.id) })
  written.push(kept)
  return count
}

/** `secondPass`: of the columns that are filled in the second pass, or of the others. */
export async function reportDanglingJson(
  plan: TablePlan,
  source: RowSource,
  context: FillContext,
  secondPass: boolean,
): Promise<void> {
  for (const json of plan.json.values()) {
    const document = source.column(json.column.name)
    if (json.secondPass !== secondPass || document === undefined) continue
    for (const target of json.ids) {
      const ids = danglingJson(plan, json, target, document, source, context)
      const { rows } = await context.tx.query<{ count: string; examples: string[] | null }>(
        `SELECT count(*)::text AS count, (array_agg(DISTINCT left(d.id, 100)))[1:3] AS examples
         FROM ${source.from} CROSS JOIN LATERAL ${ids} d WHERE ${source.where}`,
      )
      const count = Number(rows[0]?.count ?? 0)
      if (count === 0) continue
      context.finding({
        severity: 'warning',
        code: 'table/reference-dangling',
        file: plan.entry,
        column: json.column.name,
        count,
        message: `${count} ${count === 1 ? 'id' : 'ids'} at "${target.text}" in "${json.column.name}" of table "${plan.table.name}" lead to rows of "${target.name}" that are not there (${rows[0]?.examples?.join(', ')}): left out.`,
      })
    }
  }
}
