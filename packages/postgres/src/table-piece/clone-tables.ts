import { type CloneContext, type PieceCounts, PieceworkError } from '@piecework/core/piece'
import { textLiteral } from '../database/text-literal.js'
import { compareWritten } from './compare-written.js'
import { hasDangling, unenforcedReferences } from './dangling.js'
import { tellMissingFiles, withdrawUnnamed } from './files/file-map.js'
import { putCloned } from './files/put-files.js'
import type { FillContext } from './fill-context.js'
import { fillGroups } from './fill-groups.js'
import { type FillCounts, fillFromStages, fillUnlessDangling, withTogether } from './fill-table.js'
import { fillContextOf } from './import-tables.js'
import { reservedKeys } from './keys/reserved-keys.js'
import { changedMeanwhile, unreserved, unreservedSql } from './keys/unreserved.js'
import { orderBy } from './order-by.js'
import { refuseOtherTypes } from './other-types.js'
import { readForeignRows } from './read-foreign-rows.js'
import { reportContained } from './report-contained.js'
import { type RowSource, resourceRows } from './row-source.js'
import { checkDeferred, withShells } from './shell-row.js'
import type { TablePieceSpec } from './spec.js'
import { distinctSql, stageRows } from './stage.js'
import { isSameTable } from './table-name.js'
import type { TablePlan } from './table-plan.js'
import { tablesIn, tablesOfNode } from './tables-in.js'

interface SourceTable {
  readonly plan: TablePlan
  readonly source: RowSource
  /** Rows of the source. */
  readonly expected: number
}

/** Clones the rows of the source by one statement for each table, or for tables that refer to each other. */
export async function cloneTables<Options>(
  piece: TablePieceSpec<Options>,
  context: CloneContext<Options>,
): Promise<PieceCounts> {
  const { tx, signal } = context
  const { jobId: job, resource } = context
  const read = () => tablesOfNode(tx, piece, { work: 'clone', job, resource })
  const plans = await withShells(tx, await tablesIn(tx, piece, read), resource)
  const fill: FillContext = {
    ...fillContextOf(context),
    from: 'database',
    keys: await reservedKeys(plans, context),
  }
  const counts = { rows: 0, skipped: 0 }
  const written: { plan: TablePlan; rows: number }[] = []
  let index = 0
  for (const group of fillGroups(plans)) {
    signal.throwIfAborted()
    const tables: SourceTable[] = []
    for (const plan of group) {
      const table = await sourceOf(plan, context, fill)
      await putCloned(plan, table.source, context)
      tables.push(table)
    }
    const filled = (await cloneDirectly(tables, fill)) ?? (await cloneStaged(tables, index, fill))
    for (const [at, { rows, skipped }] of filled.entries()) {
      await assertCounts(tables[at] as SourceTable, rows, skipped, fill)
      written.push({ plan: (tables[at] as SourceTable).plan, rows })
      counts.rows += rows
      counts.skipped += skipped
    }
    context.progress(counts.rows + counts.skipped)
    index += group.length
  }
  await checkDeferred(tx, plans)
  for (const plan of plans) await withdrawUnnamed(plan, context)
  await compareWritten(written, fill.written, fill)
  return counts
}

async function sourceOf(plan: TablePlan, context: CloneContext, fill: FillContext): Promise<SourceTable> {
  const rows = orderedRows(plan, context.source.id)
  const { expected, distinct } = await look(plan, rows, fill)
  const source: RowSource = { ...rows, distinct: (name) => distinct.get(name) }
  if (plan.ownRow && expected !== 1) {
    throw new PieceworkError(
      'resource-not-found',
      `There is no ${context.source.kind} ${context.source.id} to clone.`,
    )
  }
  return { plan, source, expected }
}

/** In the order of an export, if numbers or what triggers do may depend on it. */
function orderedRows(plan: TablePlan, id: string): RowSource {
  const rows = resourceRows(plan, id)
  if (plan.numbers.renumbered.length === 0 && !plan.isWatched) return rows
  const order = orderBy(plan, rows.joins).join(', ')
  return { ...rows, order }
}

/** How many rows there are, and how many different values their columns have. Throws if keys are not reserved. */
async function look(
  plan: TablePlan,
  source: RowSource,
  fill: FillContext,
): Promise<{ readonly expected: number; readonly distinct: ReadonlyMap<string, number> }> {
  const { schema, name } = plan.table
  const { rows } = await fill.tx.query<{
    count: string
    unreserved: string
    distinct: Readonly<Record<string, number>> | null
  }>(
    `SELECT count(*)::text AS count, (count(*) FILTER (WHERE ${unreservedSql(plan, source, fill)}))::text AS unreserved,
       (SELECT jsonb_object_agg(d.name, d.distinct) FROM (${distinctSql(textLiteral(schema), textLiteral(name))}) d) AS distinct
     FROM ${source.from} WHERE ${source.where}`,
  )
  const [found] = rows
  const lost = Number(found?.unreserved)
  if (lost > 0) throw unreserved(plan, lost)
  return { expected: Number(found?.count), distinct: new Map(Object.entries(found?.distinct ?? {})) }
}

/** Undefined, and nothing done, if a reference dangles or the rows must be staged. */
async function cloneDirectly(
  [table, ...others]: readonly SourceTable[],
  context: FillContext,
): Promise<readonly FillCounts[] | undefined> {
  if (!table || others.length > 0 || mustBeStaged(table.plan)) return undefined
  const { plan, source } = table
  const fill = withTogether(context, [table])
  await refuseOtherTypes(fill.tx, plan, source, fill)
  await readForeignRows(fill.tx, plan, source, fill)
  if (await hasDangling(fill.tx, unenforcedReferences(plan, source, fill), source, fill)) return undefined
  await tellMissingFiles(plan, source, fill)
  const filled = await fillUnlessDangling([table], fill)
  if (!filled) return undefined
  await reportContained(plan, source, fill)
  return filled.map((rows) => ({ rows, skipped: 0 }))
}

/** Values are decided before they are written, or ids inside values lead to rows of the same table. */
const mustBeStaged = ({ unique, containers, table }: TablePlan): boolean =>
  unique.length > 0 || containers.some(({ ids }) => ids.some((target) => isSameTable(target.table, table)))

async function cloneStaged(
  tables: readonly SourceTable[],
  index: number,
  fill: FillContext,
): Promise<readonly FillCounts[]> {
  const staged = []
  for (const [at, { plan, source }] of tables.entries())
    staged.push({ plan, stage: await stageRows(fill.tx, index + at, plan, source) })
  const filled = await fillFromStages(staged, fill)
  for (const { stage } of staged) await fill.tx.query(`DROP TABLE ${stage.table}`)
  return filled
}

async function assertCounts(
  { plan, source, expected }: SourceTable,
  rows: number,
  skipped: number,
  fill: FillContext,
): Promise<void> {
  if (rows + skipped === expected) return
  const { expected: now } = await look(plan, source, fill)
  if (now !== expected) throw changedMeanwhile(plan, now - expected)
  throw new PieceworkError(
    'counts-differ',
    `Table "${plan.table.name}" took ${rows} rows of ${expected}, with ${skipped} left out.`,
  )
}
