import {
  type Csv,
  type Entries,
  type ImportContext,
  type PieceCounts,
  PieceworkError,
} from '@piecework/core/piece'
import { assertKept } from './assert-kept.js'
import { compareWritten } from './compare-written.js'
import { fillSecondPass } from './fill-second-pass.js'
import { type FillContext, type FillCounts, fillFromStage } from './fill-table.js'
import { reservedKeys } from './keys/reserved-keys.js'
import { openEntry } from './open-entry.js'
import { raiseWorkMem } from './raise-work-mem.js'
import { resolveTables } from './resolve-tables.js'
import { rowError } from './row-error.js'
import type { TablePieceSpec } from './spec.js'
import { analyzeStage, createStage, type Stage } from './stage.js'
import { canStream, streamEntry } from './stream-entry.js'
import type { TablePlan } from './table-plan.js'

/** Counts of one entry, and its stage if columns have to be filled in the second pass. */
type EntryResult = FillCounts & { readonly stage?: Stage }

interface EntryImport {
  readonly plan: TablePlan
  readonly index: number
  readonly entries: Entries
  readonly fill: FillContext
  /** Called with the records read so far. Throws if the import was aborted. */
  readonly onProgress: (rows: number) => void
}

/**
 * Imports entries into tables: directly, with ids remapped in this process, or, if the database must look
 * rows up, by COPY into a temporary table and one statement that makes keys and references.
 */
export async function importTables<Options>(
  piece: TablePieceSpec<Options>,
  context: ImportContext<Options>,
): Promise<PieceCounts> {
  const { entries, tx, signal } = context
  await raiseWorkMem(tx)
  const plans = await resolveTables(tx, piece)
  const fill: FillContext = {
    ...fillContextOf(context),
    from: 'files',
    keys: await reservedKeys(plans, context),
  }
  const total = plans.reduce((sum, { entry }) => sum + (entries.facts(entry)?.rows ?? 0), 0)
  const counts = { rows: 0, skipped: 0 }
  const staged: { plan: TablePlan; stage: Stage }[] = []
  const filled: { plan: TablePlan; rows: number }[] = []
  for (const [index, plan] of plans.entries()) {
    const before = counts.rows + counts.skipped
    const onProgress = (rows: number) => {
      signal.throwIfAborted()
      context.progress(before + rows, total)
    }
    onProgress(0)
    await assertKept(plan, entries, tx)
    const entry: EntryImport = { plan, index, entries, fill, onProgress }
    const { rows, skipped, stage } = (await importStreamed(entry)) ?? (await importStaged(entry))
    counts.rows += rows
    filled.push({ plan, rows })
    counts.skipped += skipped
    if (stage) staged.push({ plan, stage })
  }
  for (const { plan, stage } of staged) {
    signal.throwIfAborted()
    await fillSecondPass(plan, stage, fill)
    await tx.query(`DROP TABLE ${stage.table}`)
  }
  await compareWritten(filled, fill.written, fill)
  return counts
}

/** Copies members by name, because a context may be an instance of a class. */
export const fillContextOf = (
  context: Omit<ImportContext, 'entries'>,
): Omit<FillContext, 'from' | 'keys'> => ({
  tx: context.tx,
  ids: context.ids,
  jobId: context.jobId,
  resource: context.resource,
  source: context.source,
  principal: context.principal,
  ...(context.into && { into: context.into }),
  carries: (kind) => context.carries(kind),
  finding: (finding) => context.finding(finding),
  written: [],
})

/** Undefined if the entry must be staged. */
async function importStreamed({
  plan,
  entries,
  fill,
  onProgress,
}: EntryImport): Promise<EntryResult | undefined> {
  const { csv } = await openEntry(plan, entries)
  try {
    if (!canStream(plan, csv.columns, fill)) return undefined
    const rows = await streamEntry(plan, csv, fill, withProgress(csv, onProgress))
    if (rows === undefined) return undefined
    assertCounts(plan, csv, entries, rows)
    return { rows, skipped: 0 }
  } finally {
    await csv.close()
  }
}

async function importStaged({ plan, index, entries, fill, onProgress }: EntryImport): Promise<EntryResult> {
  const { csv, header } = await openEntry(plan, entries)
  const { tx } = fill
  const columns = header.columns.map((_, at) => `c${at}`)
  try {
    const empty = await createStage(tx, index, plan, header.columns)
    await tx.copyIn({ table: empty.table, columns }, withProgress(csv, onProgress))
    assertOwnRow(plan, csv.rows())
    const stage = await analyzeStage(tx, empty, plan, header.columns)
    const filled = await fillFromStage(plan, stage, fill)
    assertCounts(plan, csv, entries, filled.rows + filled.skipped)
    if (plan.spec.secondPass) return { ...filled, stage }
    await tx.query(`DROP TABLE ${stage.table}`)
    return filled
  } catch (error) {
    throw rowError(error, plan.entry, (copied) => csv.columns[columns.indexOf(copied)])
  } finally {
    await csv.close()
  }
}

async function* withProgress(csv: Csv, onProgress: (rows: number) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of csv.records) {
    onProgress(csv.rows())
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

/** Rows of the manifest are rows read, and rows read are rows written or skipped. */
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
