import { asHost, asOurselves } from './as-host.js'
import { dropDangling, refuseChangedTogether, type StagedTable, unenforcedReferences } from './dangling.js'
import { tellMissingFiles } from './files/file-map.js'
import type { FillContext } from './fill-context.js'
import { fillSql, newRows } from './fill-select.js'
import { indexKeys } from './index-keys.js'
import { lacksKey, refuseUnreserved, unreserved } from './keys/unreserved.js'
import { readLookups } from './missing-shared.js'
import { refuseOtherTypes } from './other-types.js'
import { readForeignRows } from './read-foreign-rows.js'
import { reportContained } from './report-contained.js'
import { isForeignKeyViolation } from './row-error.js'
import type { RowSource } from './row-source.js'
import { tableKey } from './table-name.js'
import type { TablePlan } from './table-plan.js'
import { UniqueValues } from './unique-values.js'
import { keepRows } from './written-rows.js'

export interface FillCounts {
  readonly rows: number
  readonly skipped: number
}

interface FilledTable {
  readonly plan: TablePlan
  readonly source: RowSource
}

/**
 * Inserts the rows of the stages by one statement, after dangling references were dropped. The tables are all
 * that refer to each other.
 */
export async function fillFromStages(
  staged: readonly StagedTable[],
  context: FillContext,
): Promise<readonly FillCounts[]> {
  const { tx } = context
  const tables = staged.map(({ plan, stage }) => ({ plan, source: stage }))
  const fill = withTogether(context, tables)
  for (const { plan, stage } of staged) {
    await refuseUnreserved(plan, stage, fill)
    await readLookups(plan, stage, fill)
    await readForeignRows(tx, plan, stage, fill)
    await refuseOtherTypes(tx, plan, stage, fill)
    await tellMissingFiles(plan, stage, fill)
  }
  const looked = staged.map(({ plan, stage }) => unenforcedReferences(plan, stage, fill))
  const lookedAt = (table: StagedTable) => looked[staged.indexOf(table)] ?? []
  await indexKeys(tx, staged, (table) => (fill.from === 'files' ? lookedAt(table) : table.plan.references))
  await refuseChangedTogether(tx, staged, fill)
  const unenforced = await dropDangling(
    tx,
    staged,
    fill,
    (reference, table) => lookedAt(table).includes(reference),
    true,
  )
  const unique = new UniqueValues(staged, fill)
  let rows = await unique.settleAnd(() => fillUnlessDangling(tables, fill))
  let enforced: readonly number[] = []
  if (!rows) {
    await indexKeys(tx, staged, ({ plan }) => plan.references)
    enforced = await dropDangling(tx, staged, fill, () => true)
    rows = await unique.settleAnd(() => fillRows(tables, fill))
  }
  unique.tell()
  for (const { plan, source } of tables) await reportContained(plan, source, fill)
  return rows.map((count, index) => ({
    rows: count,
    skipped: (unenforced[index] ?? 0) + (enforced[index] ?? 0),
  }))
}

/** With the tables that one statement fills. */
export const withTogether = (context: FillContext, tables: readonly FilledTable[]): FillContext => ({
  ...context,
  together: new Map(tables.map((table) => [tableKey(table.plan.table), table])),
})

/** Inserts all rows. Undefined, and nothing done, if a foreign key refuses one. */
export async function fillUnlessDangling(
  tables: readonly FilledTable[],
  context: FillContext,
): Promise<readonly number[] | undefined> {
  const written = context.written.length
  await context.tx.query('SAVEPOINT piecework_fill')
  try {
    return await fillRows(tables, context, `${asOurselves}; RELEASE SAVEPOINT piecework_fill`)
  } catch (error) {
    if (!isForeignKeyViolation(error)) throw error
    await context.tx.query('ROLLBACK TO SAVEPOINT piecework_fill')
    context.written.splice(written)
    return undefined
  }
}

/** Rows that each table took. `after`: the statements that follow, our search path among them. */
async function fillRows(
  tables: readonly FilledTable[],
  context: FillContext,
  after = asOurselves,
): Promise<readonly number[]> {
  try {
    const rows = await writeRows(tables, context)
    await context.tx.query(after)
    return rows
  } catch (error) {
    const lacking = tables.find(({ plan }) => lacksKey(error, plan))
    throw lacking ? unreserved(lacking.plan, 1) : error
  }
}

async function writeRows(tables: readonly FilledTable[], context: FillContext): Promise<readonly number[]> {
  const { tx, resource } = context
  const watched = tables.some(({ plan }) => plan.isWatched)
  const values: unknown[] = []
  const statements: string[] = []
  for (const { plan, source } of tables) {
    if (watched) statements.push(await keptRows(plan, source, context))
    else {
      const { sql, columns } = newRows(plan, source, context, values)
      statements.push(fillSql(plan, columns, sql, resource.id))
    }
  }
  // Triggers of the whole statement run before its first row.
  if (watched) await tx.query(asHost)
  const [only, ...others] = statements
  if (only !== undefined && others.length === 0) return [(await tx.query(only, values)).rowCount]
  const parts = statements.map((sql, index) => `w${index} AS (${sql} RETURNING 1)`)
  const counts = statements.map(
    (_, index) => `(SELECT pg_catalog.count(*)::pg_catalog.text FROM w${index}) AS w${index}`,
  )
  const { rows } = await tx.query<Record<string, string>>(
    `WITH ${parts.join(', ')} SELECT ${counts.join(', ')}`,
    values,
  )
  return statements.map((_, index) => Number(rows[0]?.[`w${index}`]))
}

/** Keeps the rows that a table with triggers is given, or one that is filled with it; the statement that gives them. */
async function keptRows(plan: TablePlan, source: RowSource, context: FillContext): Promise<string> {
  const { tx, written, resource } = context
  const values: unknown[] = []
  const { sql, columns } = newRows(plan, source, context, values)
  const kept = await keepRows(tx, plan, columns, { sql, values }, written.length)
  written.push(kept)
  const rows = `SELECT ${columns.map((_, at) => `c${at}`).join(', ')} FROM ${kept.table}`
  return fillSql(plan, columns, rows, resource.id)
}
