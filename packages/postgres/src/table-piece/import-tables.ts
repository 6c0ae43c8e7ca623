import {
  type Csv,
  type Entries,
  type ImportContext,
  type PieceCounts,
  PieceworkError,
} from '@piecework/core/piece'
import { fillLate } from './fill-second-pass.js'
import { type FillContext, type Filled, fillFromStage } from './fill-table.js'
import { openEntry } from './open-entry.js'
import { raiseWorkMem } from './raise-work-mem.js'
import { resolveTables } from './resolve-tables.js'
import { rowError } from './row-error.js'
import type { TablePieceSpec } from './spec.js'
import { analyzeStage, createStage, type Stage } from './stage.js'
import { canStream, streamEntry } from './stream-entry.js'
import type { TablePlan } from './table-plan.js'

/** What one entry became; its rows stay in the stage until late columns are filled. */
type Taken = Filled & { readonly stage?: Stage }

interface Work {
  readonly plan: TablePlan
  readonly index: number
  readonly entries: Entries
  readonly fill: FillContext
  /** Called with the records read so far; throws when the work is to stop. */
  readonly seen: (rows: number) => void
}

/**
 * Entries into tables: straight into the table with ids made on the way, or, where the database must look things up, by COPY
 * into a temporary table and one statement that makes keys and references.
 */
export async function importTables<Options>(
  piece: TablePieceSpec<Options>,
  context: ImportContext<Options>,
): Promise<PieceCounts> {
  const { entries, tx, signal } = context
  await raiseWorkMem(tx)
  const plans = await resolveTables(tx, piece)
  const fill: FillContext = { ...workOf(context), from: 'files' }
  const total = plans.reduce((sum, { entry }) => sum + (entries.facts(entry)?.rows ?? 0), 0)
  const counts = { rows: 0, skipped: 0 }
  const late: { plan: TablePlan; stage: Stage }[] = []
  for (const [index, plan] of plans.entries()) {
    const before = counts.rows + counts.skipped
    const seen = (rows: number) => {
      signal.throwIfAborted()
      context.progress(before + rows, total)
    }
    seen(0)
    const work: Work = { plan, index, entries, fill, seen }
    const { rows, skipped, stage } = (await streamed(work)) ?? (await staged(work))
    counts.rows += rows
    counts.skipped += skipped
    if (stage) late.push({ plan, stage })
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
  ...(context.into && { into: context.into }),
  carries: (kind) => context.carries(kind),
  finding: (finding) => context.finding(finding),
})

/** Undefined where the entry must be staged. */
async function streamed({ plan, entries, fill, seen }: Work): Promise<Taken | undefined> {
  const { csv } = await openEntry(plan, entries)
  try {
    if (!canStream(plan, csv.columns, fill)) return undefined
    const rows = await streamEntry(plan, csv, fill, watched(csv, seen))
    if (rows === undefined) return undefined
    assertCounts(plan, csv, entries, rows)
    return { rows, skipped: 0 }
  } finally {
    await csv.close()
  }
}

async function staged({ plan, index, entries, fill, seen }: Work): Promise<Taken> {
  const { csv, header } = await openEntry(plan, entries)
  const { tx } = fill
  const columns = header.columns.map((_, at) => `c${at}`)
  try {
    const empty = await createStage(tx, index, header.columns)
    await tx.copyIn({ table: empty.table, columns }, watched(csv, seen))
    assertOwnRow(plan, csv.rows())
    const stage = await analyzeStage(tx, empty, header.columns)
    const filled = await fillFromStage(plan, stage, fill)
    assertCounts(plan, csv, entries, filled.rows + filled.skipped)
    if (plan.spec.late) return { ...filled, stage }
    await tx.query(`DROP TABLE ${stage.table}`)
    return filled
  } catch (error) {
    throw rowError(error, plan.entry, (copied) => csv.columns[columns.indexOf(copied)])
  } finally {
    await csv.close()
  }
}

async function* watched(csv: Csv, seen: (rows: number) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of csv.records) {
    seen(csv.rows())
    yield chunk
  }
}

function assertOwnRow(plan: TablePlan, rows: number): void {
  if (!plan.ownRow || rows === 1) return
  throw new PieceworkError(
    'archive-invalid',
    `Entry "${plan.entry}" has ${rows} rows where it must have one.`,
  )
}

/** Law 11: rows in the manifest are rows parsed, and rows parsed are rows that came to something. */
function assertCounts(plan: TablePlan, csv: Csv, entries: Entries, found: number): void {
  const read = csv.rows()
  const stated = entries.facts(plan.entry)?.rows ?? read
  if (stated === read && read === found) return
  const message =
    stated === read
      ? `Table "${plan.table.name}" took ${found} rows of ${read}.`
      : `Entry "${plan.entry}" has ${read} rows; its manifest says ${stated}.`
  throw new PieceworkError('counts-differ', message, { facts: { entry: plan.entry, stated, read, found } })
}
