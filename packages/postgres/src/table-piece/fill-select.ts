import { quoteIdent } from '../database/quote-ident.js'
import { asHostJoin } from './as-host.js'
import type { Column } from './catalogue.js'
import { onlyTable, tableName } from './joins.js'
import { remapJson } from './json-value.js'
import { ownKey } from './key-target.js'
import { newKeySql } from './new-key.js'
import { type Join, type Remap, referenceValue } from './reference-value.js'
import { resourceLiteral } from './resource-literal.js'
import type { RowSource } from './row-source.js'
import type { SetContext } from './spec.js'
import type { TablePlan } from './table-plan.js'

interface Statement {
  readonly sql: string
  readonly values: readonly unknown[]
}

interface Assignment {
  readonly column: Column
  readonly sql: string
}

/** `set` functions get it as their context. */
export type FillInput = Remap & SetContext

/** The new rows of `source`, without columns of the second pass: a SELECT, and the columns of its values. */
export interface NewRows extends Statement {
  readonly columns: readonly Column[]
}

export function newRows(plan: TablePlan, source: RowSource, fill: FillInput): NewRows {
  const { assignments, joins, values } = newValues(plan, source, fill)
  return {
    sql: `SELECT ${assignments.map(({ sql }) => sql).join(', ')} FROM ${source.from}${joinSql(joins)}${asHostJoin} WHERE ${source.where}${orderSql(plan, source)}`,
    values,
    columns: assignments.map(({ column }) => column),
  }
}

/** The statement that inserts the rows of `select`; an UPDATE for a resource's own row. */
export function fillSql(plan: TablePlan, columns: readonly Column[], select: string, id: string): string {
  const names = columns.map(({ name }) => quoteIdent(name))
  if (!plan.ownRow || !plan.ownerColumn) {
    const overriding = columns.some(({ identity }) => identity) ? ' OVERRIDING SYSTEM VALUE' : ''
    return `INSERT INTO ${tableName(plan.schema, plan.table.name)} (${names.join(', ')})${overriding} ${select}`
  }
  const sets = columns.map(
    (column, index) => `${names[index]} = ${keepShellSql(plan, column, `n.v${index}`)}`,
  )
  const news = columns.map((_, index) => `v${index}`)
  return `UPDATE ${onlyTable(plan.schema, plan.table)} AS o SET ${sets.join(', ')} FROM (${select}) AS n (${news.join(', ')}) WHERE o.${quoteIdent(plan.ownerColumn.name)} OPERATOR(pg_catalog.=) ${resourceLiteral(plan.ownerColumn, id)}`
}

/** Numbers that each row takes from a sequence are in the order of the rows. */
const orderSql = ({ ownRow, numbers }: TablePlan, { order }: RowSource): string =>
  !ownRow && numbers.renumbered.length > 0 && order ? ` ORDER BY ${order}` : ''

export const joinSql = (joins: readonly Join[]): string =>
  joins.map(({ relation, alias, condition }) => ` LEFT JOIN ${relation} AS ${alias} ON ${condition}`).join('')

function newValues(plan: TablePlan, source: RowSource, fill: FillInput) {
  const assignments: Assignment[] = []
  const joins: Join[] = []
  const values: unknown[] = []
  if (plan.ownerColumn && !plan.ownRow) {
    assignments.push({ column: plan.ownerColumn, sql: resourceLiteral(plan.ownerColumn, fill.resource.id) })
  }
  for (const { column, value } of plan.set) {
    values.push(setValue(column, value(fill)))
    assignments.push({ column, sql: `$${values.length}::${column.type}` })
  }
  for (const [index, column] of plan.carried.entries()) {
    const reference = plan.references.get(column.name)
    if (plan.spec.secondPass?.includes(column.name)) continue
    if (reference) {
      if (!isGiven(plan, column.name, source)) continue
      const value = referenceValue(plan, reference, source, fill, index)
      joins.push(...value.joins)
      assignments.push({ column, sql: value.sql })
      continue
    }
    const given = source.column(column.name)
    const json = plan.json.get(column.name)
    if (given === undefined) continue
    if (column.name === plan.key?.name) {
      assignments.push({ column, sql: newKeySql(fill, ownKey(plan, column), given) })
    } else assignments.push({ column, sql: json ? remapJson(plan, json, given, source, fill) : given })
  }
  return { assignments, joins, values }
}

/** Whether the source has a column for this reference; otherwise the column takes its default. */
export function isGiven(plan: TablePlan, name: string, source: RowSource): boolean {
  const reference = plan.references.get(name)
  const headers = [name, reference?.shared?.header, reference?.lookup?.header]
  return headers.some((header) => header !== undefined && source.column(header) !== undefined)
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
