import { type CloneContext, type PieceCounts, PieceworkError } from '@piecework/core/piece'
import { compareWritten } from './compare-written.js'
import { hasDangling, unenforcedReferences } from './dangling.js'
import { orderBy } from './export-tables.js'
import { fillSecondPass } from './fill-second-pass.js'
import {
  type FillContext,
  type FillCounts,
  fillFromStage,
  fillUnlessDangling,
  reportDanglingJson,
} from './fill-table.js'
import { fillContextOf } from './import-tables.js'
import { Joins, tableName } from './joins.js'
import { reservedKeys } from './keys/reserved-keys.js'
import { changedMeanwhile, unreserved, unreservedSql } from './keys/unreserved.js'
import { raiseWorkMem } from './raise-work-mem.js'
import { resolveTables } from './resolve-tables.js'
import { type RowSource, resourceRows } from './row-source.js'
import type { TablePieceSpec } from './spec.js'
import { distinctValues, type Stage, stageRows } from './stage.js'
import type { TablePlan } from './table-plan.js'

/** Clones the rows of the source by one statement for each table. */
export async function cloneTables<Options>(
  piece: TablePieceSpec<Options>,
  context: CloneContext<Options>,
): Promise<PieceCounts> {
  const { tx, signal } = context
  await raiseWorkMem(tx)
  const plans = await resolveTables(tx, piece)
  const fill: FillContext = {
    ...fillContextOf(context),
    from: 'database',
    keys: await reservedKeys(plans, context),
  }
  const counts = { rows: 0, skipped: 0 }
  const staged: { plan: TablePlan; stage: Stage }[] = []
  const written: { plan: TablePlan; rows: number }[] = []
  for (const [index, plan] of plans.entries()) {
    signal.throwIfAborted()
    const distinct = await distinctValues(tx, tableName(plan.schema, plan.table.name))
    const source: RowSource = {
      ...orderedRows(plan, context.source.id),
      distinct: (name) => distinct.get(name),
    }
    const expected = await count(plan, source, fill)
    if (plan.ownRow && expected !== 1) {
      throw new PieceworkError(
        'resource-not-found',
        `There is no ${context.source.kind} ${context.source.id} to clone.`,
      )
    }
    const direct = plan.spec.secondPass ? undefined : await cloneDirectly(plan, source, fill)
    let filled = direct
    if (!filled) {
      const stage = await stageRows(tx, index, plan, source)
      filled = await fillFromStage(plan, stage, fill)
      if (plan.spec.secondPass) staged.push({ plan, stage })
      else await tx.query(`DROP TABLE ${stage.table}`)
    }
    if (filled.rows + filled.skipped !== expected) {
      const now = await count(plan, source, fill)
      if (now !== expected) throw changedMeanwhile(plan, now - expected)
      throw new PieceworkError(
        'counts-differ',
        `Table "${plan.table.name}" took ${filled.rows} rows of ${expected}, with ${filled.skipped} left out.`,
      )
    }
    counts.rows += filled.rows
    written.push({ plan, rows: filled.rows })
    counts.skipped += filled.skipped
    context.progress(counts.rows + counts.skipped)
  }
  for (const { plan, stage } of staged) {
    signal.throwIfAborted()
    await fillSecondPass(plan, stage, fill)
    await tx.query(`DROP TABLE ${stage.table}`)
  }
  await compareWritten(written, fill.written, fill)
  return counts
}

/** Undefined, and nothing done, if a reference dangles. */
async function cloneDirectly(
  plan: TablePlan,
  source: RowSource,
  fill: FillContext,
): Promise<FillCounts | undefined> {
  if (await hasDangling(fill.tx, plan, unenforcedReferences(plan, source, fill), source, fill))
    return undefined
  const rows = await fillUnlessDangling(plan, source, fill)
  if (rows === undefined) return undefined
  await reportDanglingJson(plan, source, fill, false)
  return { rows, skipped: 0 }
}

/** In the order of an export, if numbers depend on it. */
function orderedRows(plan: TablePlan, id: string): RowSource {
  if (plan.numbers.renumbered.length === 0) return resourceRows(plan, id)
  const joins = new Joins(plan.schema, plan.table)
  const order = orderBy(plan, joins).join(', ')
  return { ...resourceRows(plan, id, joins), order }
}

async function count(plan: TablePlan, source: RowSource, fill: FillContext): Promise<number> {
  const { rows } = await fill.tx.query<{ count: string; unreserved: string }>(
    `SELECT count(*)::text AS count, (count(*) FILTER (WHERE ${unreservedSql(plan, source, fill)}))::text AS unreserved
     FROM ${source.from} WHERE ${source.where}`,
  )
  const lost = Number(rows[0]?.unreserved)
  if (lost > 0) throw unreserved(plan, lost)
  return Number(rows[0]?.count)
}
