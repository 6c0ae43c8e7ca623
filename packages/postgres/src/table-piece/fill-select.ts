import { quoteIdent } from '../database/quote-ident.js'
import { asHostJoin } from './as-host.js'
import type { Column } from './catalogue.js'
import { remapContainer } from './container-value.js'
import { newFileSql } from './files/file-map.js'
import { type Join, joinSql, onlyTable, tableName } from './joins.js'
import { ownKey } from './key-target.js'
import { newKeySql } from './new-key.js'
import { columnValue, type Remap } from './reference-value.js'
import { resourceLiteral } from './resource-literal.js'
import type { RowSource } from './row-source.js'
import type { SetContext } from './spec.js'
import { containerOf, fileOf, referencesOf, type TablePlan } from './table-plan.js'

interface Assignment {
  readonly column: Column
  readonly sql: string
}

/** `set` functions get it as their context. */
export type FillInput = Remap & SetContext

/** The new rows of a source: a SELECT, and the columns of its values. */
export interface NewRows {
  readonly sql: string
  readonly columns: readonly Column[]
}

/** `values` are bound; those of the SELECT are added to them. */
export function newRows(plan: TablePlan, source: RowSource, fill: FillInput, values: unknown[]): NewRows {
  const { assignments, joins } = newValues(plan, source, fill, values)
  return {
    sql: `SELECT ${assignments.map(({ sql }) => sql).join(', ')} FROM ${source.from}${joinSql(joins)}${asHostJoin} WHERE ${source.where}${orderSql(plan, source)}`,
    columns: assignments.map(({ column }) => column),
  }
}

/** The statement that inserts the rows of `select`; an UPDATE for a resource's own row. */
export function fillSql(plan: TablePlan, columns: readonly Column[], select: string, id: string): string {
  const names = columns.map(({ name }) => quoteIdent(name))
  if (!plan.ownRow || !plan.ownerColumn) {
    const overriding = columns.some(({ identity }) => identity) ? ' OVERRIDING SYSTEM VALUE' : ''
    return `INSERT INTO ${tableName(plan.table)} (${names.join(', ')})${overriding} ${select}`
  }
  const sets = columns.map(
    (column, index) => `${names[index]} = ${keepShellSql(plan, column, `n.v${index}`)}`,
  )
  const news = columns.map((_, index) => `v${index}`)
  return `UPDATE ${onlyTable(plan.table)} AS o SET ${sets.join(', ')} FROM (${select}) AS n (${news.join(', ')}) WHERE o.${quoteIdent(plan.ownerColumn.name)} OPERATOR(pg_catalog.=) ${resourceLiteral(plan.ownerColumn, id)}`
}

/** Numbers that each row takes from a sequence, or by a trigger, are in the order of the rows. */
const orderSql = (plan: TablePlan, { order }: RowSource): string =>
  !plan.ownRow && (plan.numbers.renumbered.length > 0 || plan.isWatched) && order ? ` ORDER BY ${order}` : ''

function newValues(plan: TablePlan, source: RowSource, fill: FillInput, values: unknown[]) {
  const assignments: Assignment[] = []
  const joins: Join[] = []
  if (plan.ownerColumn && !plan.ownRow) {
    assignments.push({ column: plan.ownerColumn, sql: resourceLiteral(plan.ownerColumn, fill.resource.id) })
  }
  for (const { column, value } of plan.set) {
    values.push(setValue(column, value(fill)))
    assignments.push({ column, sql: `$${values.length}::${column.type}` })
  }
  for (const [index, column] of plan.carried.entries()) {
    if (referencesOf(plan, column.name).length > 0) {
      if (!isGiven(plan, column.name, source)) continue
      const value = columnValue(plan, column.name, source, fill, index)
      joins.push(...value.joins)
      assignments.push({ column, sql: value.sql })
      continue
    }
    const given = source.column(column.name)
    if (given !== undefined) assignments.push({ column, sql: ownValue(plan, column, given, source, fill) })
  }
  return { assignments, joins }
}

/** SQL of the new value of a column that holds no references. */
function ownValue(
  plan: TablePlan,
  column: Column,
  given: string,
  source: RowSource,
  fill: FillInput,
): string {
  if (column.name === plan.key?.name) {
    return newKeySql(fill, ownKey(plan, column), given)
  }
  const file = fileOf(plan, column.name)
  if (file) return newFileSql(plan, file, given)
  const container = containerOf(plan, column.name)
  return container ? remapContainer(container, given, source, fill) : given
}

/** Whether the source has a column for this reference; otherwise the column takes its default. */
function isGiven(plan: TablePlan, name: string, source: RowSource): boolean {
  const stable = referencesOf(plan, name).flatMap(({ shared, lookup }) => [
    ...(shared?.headers ?? []),
    ...(lookup?.headers ?? []),
  ])
  return [name, ...stable].some((header) => source.column(header) !== undefined)
}

function keepShellSql(plan: TablePlan, column: Column, value: string): string {
  if (!plan.spec.keepShellValue?.includes(column.name)) return value
  const shell = `o.${quoteIdent(column.name)}`
  return `CASE WHEN ${shell} IS NULL OR ${shell}::pg_catalog.text OPERATOR(pg_catalog.=) '' THEN ${value} ELSE ${shell} END`
}

/** A value of `set`, ready to be bound: an array for a document is JSON, not an array of the database. */
export function setValue({ base }: Pick<Column, 'base'>, value: unknown): unknown {
  if (value === null || value === undefined) return value
  if (/^jsonb?$/.test(base)) return JSON.stringify(value)
  const documents = /^_jsonb?$/.test(base) && Array.isArray(value)
  return documents ? value.map((one) => (one === null ? null : JSON.stringify(one))) : value
}
