import { type ImportContext, type PieceCounts, PieceworkError } from '@piecework/core'
import { fillLate } from './fill-late.js'
import { type FillContext, type Filled, fillFromStage } from './fill-table.js'
import { type OpenEntry, openEntry } from './open-entry.js'
import { planTables } from './plan-tables.js'
import { rowError } from './row-error.js'
import type { TablePieceSpec } from './spec.js'
import { analyzeStage, createStage, type Stage } from './stage.js'
import { canStream, streamEntry } from './stream-entry.js'
import type { TablePlan } from './table-plan.js'

type Watch = (chunks: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>

/**
 * Entries into tables: straight into the table with ids made on the way, or, where the database must look things up, by COPY
 * into a temporary table and one statement that makes keys and references.
 */
export async function importTables<Options>(
  piece: TablePieceSpec<Options>,
  context: ImportContext<Options>,
): Promise<PieceCounts> {
  const { entries, tx, signal } = context
  const plans = await planTables(tx, piece)
  const fill: FillContext = { ...workOf(context), from: 'files' }
  const total = plans.reduce((sum, { entry }) => sum + (entries.facts(entry)?.rows ?? 0), 0)
  const counts = { rows: 0, skipped: 0 }
  const late: { plan: TablePlan; stage: Stage }[] = []
  for (const [index, plan] of plans.entries()) {
    signal.throwIfAborted()
    const before = counts.rows + counts.skipped
    const take = async (use: (open: OpenEntry, watch: Watch) => Promise<Filled | undefined>) => {
      const open = await openEntry({ plan, entries })
      const { csv } = open
      try {
        const filled = await use(open, (chunks) =>
          watched(chunks, signal, () => context.progress(before + csv.rows(), total)),
        )
        if (filled) {
          assertCounts(plan, csv.rows(), filled.rows + filled.skipped)
          assertCounts(plan, entries.facts(plan.entry)?.rows ?? csv.rows(), csv.rows())
        }
        return filled
      } finally {
        await csv.close()
      }
    }
    const streamed = await take(async ({ csv }, watch) => {
      if (!canStream(plan, csv.columns, fill)) return undefined
      const rows = await streamEntry(plan, csv, fill, watch)
      return rows === undefined ? undefined : { rows, skipped: 0 }
    })
    const filled =
      streamed ??
      (await take(async (open, watch) => {
        const stage = await stageEntry(plan, index, open, fill, watch)
        if (plan.spec.late) late.push({ plan, stage })
        return fillStaged(plan, stage, fill)
      }))
    counts.rows += filled?.rows ?? 0
    counts.skipped += filled?.skipped ?? 0
  }
  for (const { plan, stage } of late) {
    signal.throwIfAborted()
    await fillLate(plan, stage, fill)
    await tx.query(`DROP TABLE ${stage.table}`)
  }
  return counts
}

/** The members of a context by name: a context may be an instance of a class. */
export const workOf = (context: Omit<ImportContext, 'entries'>): Omit<FillContext, 'from'> => ({
  tx: context.tx,
  ids: context.ids,
  jobId: context.jobId,
  resource: context.resource,
  source: context.source,
  principal: context.principal,
  carries: (kind) => context.carries(kind),
  finding: (finding) => context.finding(finding),
})

async function stageEntry(
  plan: TablePlan,
  index: number,
  { csv, header }: OpenEntry,
  { tx }: FillContext,
  watch: Watch,
): Promise<Stage> {
  const stage = await createStage(tx, index, header.columns)
  const columns = header.columns.map((_, at) => `c${at}`)
  try {
    await tx.copyIn({ table: stage.table, columns }, watch(csv.records))
  } catch (error) {
    throw rowError(error, plan.entry, (copied) => csv.columns[columns.indexOf(copied)])
  }
  assertOwnRow(plan, csv.rows())
  return analyzeStage(tx, stage, header.columns)
}

async function fillStaged(plan: TablePlan, stage: Stage, fill: FillContext): Promise<Filled> {
  try {
    const filled = await fillFromStage(plan, stage, fill)
    if (!plan.spec.late) await fill.tx.query(`DROP TABLE ${stage.table}`)
    return filled
  } catch (error) {
    throw rowError(error, plan.entry)
  }
}

async function* watched<T>(
  chunks: AsyncIterable<T>,
  signal: AbortSignal,
  seen: () => void,
): AsyncGenerator<T> {
  for await (const chunk of chunks) {
    signal.throwIfAborted()
    yield chunk
    seen()
  }
}

function assertOwnRow(plan: TablePlan, rows: number): void {
  if (!plan.ownRow || rows === 1) return
  throw new PieceworkError(
    'archive-invalid',
    `Entry "${plan.entry}" has ${rows} rows where it must have one.`,
  )
}

function assertCounts(plan: TablePlan, expected: number, found: number): void {
  if (expected === found) return
  throw new PieceworkError('counts-differ', `Table "${plan.table.name}" took ${found} rows of ${expected}.`, {
    details: { table: plan.table.name, expected, found },
  })
}
