import type { Queryable } from '@piecework/core/piece'
import { quoteIdent } from '../database/quote-ident.js'
import type { RowSource } from './row-source.js'
import type { TablePlan } from './table-plan.js'

/** A temporary table with rows to be inserted; its columns are `c0`, `c1` … */
export interface Stage extends RowSource {
  /** As SQL. */
  readonly table: string
  /** Name in the stage of a column (or a stable key, by its header). */
  name(column: string): string | undefined
  /** Names of its columns that have an index. */
  readonly indexed: Set<string>
}

export interface StagedColumn {
  /** Of the target, or the header of a stable key; undefined for one that is never read. */
  readonly of: string | undefined
  readonly type: string
}

const stageTable = (index: number): string => `pg_temp.${quoteIdent(`piecework_stage_${index}`)}`

export async function createStage(
  tx: Queryable,
  index: number,
  plan: TablePlan,
  columns: readonly StagedColumn[],
): Promise<Stage> {
  const table = stageTable(index)
  await tx.query(`DROP TABLE IF EXISTS ${table}`)
  const definitions = columns.map(({ type }, at) => `c${at} ${type}`)
  if (isOrdered(plan)) definitions.push('place bigint GENERATED ALWAYS AS IDENTITY')
  await tx.query(
    `CREATE TEMPORARY TABLE ${quoteIdent(`piecework_stage_${index}`)} (${definitions.join(', ')}) ON COMMIT DROP`,
  )
  return stageOf(table, plan, columns, new Map())
}

/** Rows take numbers in their order, which an UPDATE of the stage changes. */
const isOrdered = ({ numbers }: TablePlan): boolean => numbers.renumbered.length > 0

/** The filled stage, with statistics for the planner and for `distinct`. */
export async function analyzeStage(
  tx: Queryable,
  stage: Stage,
  plan: TablePlan,
  columns: readonly StagedColumn[],
): Promise<Stage> {
  await tx.query(`ANALYZE ${stage.table}`)
  return stageOf(stage.table, plan, columns, await distinctValues(tx, stage.table))
}

/** Copies the rows of a resource, so that those which cannot be inserted can be deleted. */
export async function stageRows(
  tx: Queryable,
  index: number,
  plan: TablePlan,
  source: RowSource,
): Promise<Stage> {
  const columns = plan.carried.map(({ name, type }) => ({ of: name, type }))
  const stage = await createStage(tx, index, plan, columns)
  const staged = columns.map((_, at) => `c${at}`)
  const values = plan.carried.map(({ name }) => `t.${quoteIdent(name)}`)
  await tx.query(
    `INSERT INTO ${stage.table} (${staged.join(', ')}) SELECT ${values.join(', ')} FROM ${source.from} WHERE ${source.where}${source.order ? ` ORDER BY ${source.order}` : ''}`,
  )
  return analyzeStage(tx, stage, plan, columns)
}

/**
 * Columns of a table with the number of their different values, if by the server's statistics it does not grow with the rows.
 * By SQL of its names, of which the catalogue has an index: a join would read the statistics of all tables.
 */
export const distinctSql = (schema: string, table: string): string =>
  `SELECT s.attname AS name, s.n_distinct AS distinct FROM pg_catalog.pg_stats s
   WHERE s.tablename = ${table} AND s.schemaname = ${schema} AND s.n_distinct > 0 AND NOT s.inherited`

/** The same by column. */
async function distinctValues(tx: Queryable, table: string): Promise<ReadonlyMap<string, number>> {
  const nameOf = (column: string) =>
    `(SELECT ${column} FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = $1::text::regclass)`
  const { rows } = await tx.query<{ name: string; distinct: number }>(
    distinctSql(nameOf('n.nspname'), nameOf('c.relname')),
    [table],
  )
  return new Map(rows.map(({ name, distinct }) => [name, distinct]))
}

function stageOf(
  table: string,
  plan: TablePlan,
  columns: readonly StagedColumn[],
  distinct: ReadonlyMap<string, number>,
): Stage {
  const names = new Map(columns.flatMap(({ of }, at) => (of === undefined ? [] : [[of, `c${at}`]])))
  const column = (name: string): string | undefined => {
    const staged = names.get(name)
    return staged && `t.${staged}`
  }
  return {
    table,
    from: `${table} AS t`,
    where: 'true',
    order: isOrdered(plan) ? 't.place' : undefined,
    name: (name) => names.get(name),
    indexed: new Set(),
    column,
    distinct: (name) => distinct.get(names.get(name) ?? ''),
  }
}
