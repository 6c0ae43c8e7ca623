import { type ImportContext, openCsv, type PieceCounts, PieceworkError } from '@piecework/core'
import { fillLate } from './fill-late.js'
import { type FillContext, fillFromStage } from './fill-table.js'
import { matchHeader } from './header.js'
import { planTables } from './plan-tables.js'
import { rowError } from './row-error.js'
import type { TablePieceSpec } from './spec.js'
import { analyzeStage, createStage, type Stage } from './stage.js'
import type { TablePlan } from './table-plan.js'

/** Entries into tables: COPY into a temporary table, then one statement that makes keys and references. */
export async function importTables<Options>(
  piece: TablePieceSpec<Options>,
  context: ImportContext<Options>,
): Promise<PieceCounts> {
  const { tx, signal } = context
  const plans = await planTables(tx, piece)
  const fill: FillContext = { ...workOf(context), from: 'files' }
  const total = plans.reduce((sum, { entry }) => sum + (context.entries.facts(entry)?.rows ?? 0), 0)
  const counts = { rows: 0, skipped: 0 }
  const staged: { plan: TablePlan; stage: Stage }[] = []
  for (const [index, plan] of plans.entries()) {
    signal.throwIfAborted()
    const before = counts.rows + counts.skipped
    const { stage, rows } = await stageEntry(plan, index, context, (done) =>
      context.progress(before + done, total),
    )
    assertOwnRow(plan, rows)
    try {
      const filled = await fillFromStage(plan, stage, fill)
      assertCounts(plan, rows, filled.rows + filled.skipped)
      counts.rows += filled.rows
      counts.skipped += filled.skipped
    } catch (error) {
      throw rowError(error, plan.entry)
    }
    if (plan.spec.late) staged.push({ plan, stage })
    else await tx.query(`DROP TABLE ${stage.table}`)
  }
  for (const { plan, stage } of staged) {
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
  { entries, tx, signal }: Pick<ImportContext, 'entries' | 'tx' | 'signal'>,
  progress: (rows: number) => void,
): Promise<{ stage: Stage; rows: number }> {
  const { entry } = plan
  if (!entries.facts(entry)) throw new PieceworkError('archive-invalid', `Entry "${entry}" is missing.`)
  const csv = await openCsv(entries.open(entry)).catch((error: unknown) => {
    throw rowError(error, entry)
  })
  try {
    const header = matchHeader(plan, csv.columns)
    const [unknown] = header.unknown
    if (unknown !== undefined) {
      throw new PieceworkError(
        'archive-invalid',
        `Entry "${entry}" has the column ${JSON.stringify(unknown)}, which table "${plan.table.name}" does not have.`,
      )
    }
    const [missing] = header.missing
    if (missing !== undefined) {
      throw new PieceworkError('archive-invalid', `Entry "${entry}" lacks the column "${missing}".`)
    }
    const stage = await createStage(tx, index, header.columns)
    const names = header.columns.map((_, at) => `c${at}`)
    const records = watched(csv.records, signal, () => progress(csv.rows()))
    const copied = await tx
      .copyIn({ table: stage.table, columns: names }, records)
      .catch((error: unknown) => {
        throw rowError(error, entry, csv.columns)
      })
    assertCounts(plan, csv.rows(), copied)
    assertCounts(plan, entries.facts(entry)?.rows ?? copied, copied)
    return { stage: await analyzeStage(tx, stage, header.columns), rows: copied }
  } finally {
    await csv.close()
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
