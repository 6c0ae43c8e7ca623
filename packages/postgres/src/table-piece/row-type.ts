import type { CsvRow } from '@piecework/core/piece'
import { quoteIdent } from '../database/quote-ident.js'
import { textLiteral } from '../database/text-literal.js'
import type { RowSource } from './row-source.js'
import type { RowType } from './table-plan.js'
import { conditionSql, referencedTable } from './target-rows.js'
import { valueIn } from './value-in.js'

/** Rows as SQL: `from` says whether keys of shared rows are those of this database. */
export interface TypedRows extends Pick<RowSource, 'column'> {
  readonly from: 'files' | 'database'
}

const text = (sql: string | undefined): string => `(${sql ?? 'NULL'})::text`

/** Several texts of a stable key as one: a declared type has as many dots as there are between them. */
const joined = (parts: readonly string[]): string => parts.join(` || '.' || `)

/** SQL of the row's type as a text; NULL if it has none. */
export function typeSql({ column, shared }: RowType, { column: sqlOf, from }: TypedRows): string {
  if (!shared) return text(sqlOf(column.name))
  if (from === 'files') return joined(shared.headers.map((header) => text(sqlOf(header))))
  return `(SELECT ${typeOfShared(shared)} FROM ${sharedRows(shared)} AND q.${quoteIdent(shared.key)} = ${sqlOf(column.name) ?? 'NULL'})`
}

/** SQL condition: the row has the type. */
export function hasTypeSql(type: RowType, is: string, rows: TypedRows): string {
  const { column, shared } = type
  if (!shared || rows.from === 'files') return `${typeSql(type, rows)} = ${textLiteral(is)}`
  const keys = `SELECT q.${quoteIdent(shared.key)} FROM ${sharedRows(shared)} AND ${typeOfShared(shared)} = ${textLiteral(is)}`
  return `${rows.column(column.name) ?? 'NULL'} IN (${keys})`
}

type Shared = NonNullable<RowType['shared']>

const typeOfShared = ({ columns }: Shared): string =>
  joined(columns.map(({ name }) => text(`q.${quoteIdent(name)}`)))

const sharedRows = (shared: Shared): string =>
  `(SELECT * FROM ${referencedTable(shared)} WHERE ${conditionSql(shared.where, {})}) q WHERE true`

/** Type of a row of a file; null if it has none. */
export function typeIn({ column, shared }: RowType, row: CsvRow): string | null {
  const parts = (shared ? shared.columns : [column]).map(({ base }, at) => {
    const value = valueIn(row, shared?.headers[at] ?? column.name)
    return base === 'bpchar' ? (value?.trimEnd() ?? null) : value
  })
  return parts.includes(null) ? null : parts.join('.')
}
