import {
  type Csv,
  type Entries,
  type ImportContext,
  type PieceCounts,
  PieceworkError,
} from '@piecework/core/piece'
import { assertKept } from './assert-kept.js'
import { compareWritten } from './compare-written.js'
import { withdrawUnnamed } from './files/file-map.js'
import { putArchived } from './files/put-files.js'
import type { FillContext } from './fill-context.js'
import { type FillCounts, fillFromStages } from './fill-table.js'
import { ForeignRows } from './foreign-rows.js'
import { type ImportShare, importShare } from './import-share.js'
import { reservedKeys } from './keys/reserved-keys.js'
import { Lookups } from './lookups.js'
import { openEntry } from './open-entry.js'
import { rowError } from './row-error.js'
import { checkDeferred, withShells } from './shell-row.js'
import type { TablePieceSpec } from './spec.js'
import { analyzeStage, createStage, type Stage } from './stage.js'
import { canStream, streamEntry } from './stream-entry.js'
import type { TablePlan } from './table-plan.js'
import { tablesIn, tablesOfNode } from './tables-in.js'

interface GroupImport extends Pick<ImportShare, 'entries' | 'isPart'> {
  readonly group: readonly TablePlan[]
  /** Index of the group's first table. */
  readonly index: number
  readonly fill: FillContext
  /** Called with the records read so far. Throws if the import was aborted. */
  readonly onProgress: (rows: number) => void
}

/**
 * Imports entries into tables: directly, with ids remapped in this process, or, if the database must look
 * rows up, by COPY into temporary tables and one statement that makes keys and references.
 */
export async function importTables<Options>(
  piece: TablePieceSpec<Options>,
  context: ImportContext<Options>,
): Promise<PieceCounts> {
  const { tx, signal } = context
  const { jobId: job, resource, part } = context
  const read = () => tablesOfNode(tx, piece, { work: 'import', job, resource, part: part?.number })
  const all = await withShells(tx, await tablesIn(tx, piece, read), resource)
  const { groups, entries, isPart } = importShare(all, context)
  const plans = groups.flat()
  const fill: FillContext = {
    ...fillContextOf(context),
    from: 'files',
    keys: await reservedKeys(plans, context),
  }
  const total = plans.reduce((sum, { entry }) => sum + (entries.facts(entry)?.rows ?? 0), 0)
  const counts = { rows: 0, skipped: 0 }
  const filled: { plan: TablePlan; rows: number }[] = []
  let index = 0
  for (const group of groups) {
    const before = counts.rows + counts.skipped
    const onProgress = (rows: number) => {
      signal.throwIfAborted()
      context.progress(before + rows, total)
    }
    onProgress(0)
    const refusals = []
    for (const plan of group) {
      refusals.push(await assertKept(plan, entries, tx))
      await putArchived(plan, entries, context)
    }
    const entry: GroupImport = { group, index, entries, isPart, fill, onProgress }
    const results = (await importStreamed(entry)) ?? (await importStaged(entry))
    for (const refusal of refusals) if (refusal) throw refusal
    for (const [at, { rows, skipped }] of results.entries()) {
      // Nothing can change the rows of a part, and the table has those of others.
      if (!isPart) filled.push({ plan: group[at] as TablePlan, rows })
      counts.rows += rows
      counts.skipped += skipped
    }
    index += group.length
  }
  await checkDeferred(tx, plans)
  for (const plan of plans) await withdrawUnnamed(plan, context)
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
  replaced: (values) => context.replaced(values),
  lookups: new Lookups(),
  foreign: new ForeignRows(),
  together: new Map(),
  written: [],
})

/** Undefined if the entries must be staged. */
async function importStreamed({
  group,
  entries,
  isPart,
  fill,
  onProgress,
}: GroupImport): Promise<FillCounts[] | undefined> {
  const [plan, ...others] = group
  if (!plan || others.length > 0) return undefined
  // To look for dangling ones would read the rows of all parts.
  if (isPart && plan.references.some(({ enforced }) => !enforced)) return undefined
  const { csv } = await openEntry(plan, entries)
  try {
    if (!canStream(plan, csv.columns, fill)) return undefined
    const rows = await streamEntry(plan, csv, fill, withProgress(csv, onProgress))
    if (rows === undefined) return undefined
    assertCounts(plan, csv.rows(), entries, rows)
    return [{ rows, skipped: 0 }]
  } finally {
    await csv.close()
  }
}

async function importStaged({
  group,
  index,
  entries,
  fill,
  onProgress,
}: GroupImport): Promise<readonly FillCounts[]> {
  const staged: { plan: TablePlan; stage: Stage; read: number }[] = []
  let before = 0
  for (const [at, plan] of group.entries()) {
    const progress = (rows: number) => onProgress(before + rows)
    const one = await stageEntry(plan, index + at, entries, fill.tx, progress)
    staged.push({ plan, ...one })
    before += one.read
  }
  const filled = await fillFromStages(staged, fill).catch((error: unknown) => {
    throw rowError(error, group.map(({ entry }) => entry).join('", "'))
  })
  for (const [at, { plan, stage, read }] of staged.entries()) {
    const { rows, skipped } = filled[at] as FillCounts
    assertCounts(plan, read, entries, rows + skipped)
    await fill.tx.query(`DROP TABLE ${stage.table}`)
  }
  return filled
}

async function stageEntry(
  plan: TablePlan,
  index: number,
  entries: Entries,
  tx: FillContext['tx'],
  onProgress: (rows: number) => void,
): Promise<{ readonly stage: Stage; readonly read: number }> {
  const { csv, header } = await openEntry(plan, entries)
  const columns = header.columns.map((_, at) => `c${at}`)
  try {
    const empty = await createStage(tx, index, plan, header.columns)
    await tx.copyIn({ table: empty.table, columns }, withProgress(csv, onProgress))
    assertOwnRow(plan, csv.rows())
    return { stage: await analyzeStage(tx, empty, plan, header.columns), read: csv.rows() }
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
function assertCounts(plan: TablePlan, read: number, entries: Entries, found: number): void {
  const stated = entries.facts(plan.entry)?.rows ?? read
  if (stated === read && read === found) return
  const message =
    stated === read
      ? `Table "${plan.table.name}" took ${found} rows of ${read}.`
      : `Entry "${plan.entry}" has ${read} rows; its manifest says ${stated}.`
  throw new PieceworkError('counts-differ', message, { facts: { entry: plan.entry, stated, read, found } })
}
