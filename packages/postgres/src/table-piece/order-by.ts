import { quoteIdent } from '../database/quote-ident.js'
import type { Column } from './catalogue.js'
import type { Joins } from './joins.js'
import type { TablePlan } from './table-plan.js'

/** Texts by their bytes, whatever the collation of the database. */
export function orderBy(plan: TablePlan, joins: Joins): string[] {
  const declared = plan.order.flatMap((path) => {
    const column = path.at(-1)?.column
    return column ? [sortable(joins.column(path, 'LEFT JOIN'), column)] : []
  })
  const ties =
    plan.table.primaryKey.length > 0
      ? plan.table.primaryKey.flatMap((name) => {
          const column = plan.table.columns.get(name)
          return column ? [sortable(`t.${quoteIdent(name)}`, column)] : []
        })
      : plan.carried.map(({ name }) => `t.${quoteIdent(name)}::text COLLATE "C"`)
  const numbers = plan.numbers.renumbered.map((column) => sortable(`t.${quoteIdent(column.name)}`, column))
  return [...new Set([...declared, ...numbers, ...ties])]
}

/**
 * The same columns, if two rows can be compared by them alone: they are of the table, never NULL, no two rows have
 * the same, and what they hold is the same in any session.
 */
export function orderColumns({ order, table, numbers }: TablePlan): readonly Column[] | undefined {
  if (table.primaryKey.length === 0) return undefined
  const declared = order.map((path) => (path.length === 1 ? path[0]?.column : undefined))
  const key = table.primaryKey.map((name) => table.columns.get(name))
  const all = [...declared, ...numbers.renumbered, ...key]
  const isComparable = (column: Column | undefined): column is Column =>
    column?.notNull === true && comparableTypes.has(column.base)
  return all.every(isComparable)
    ? [...new Map(all.map((column) => [column.name, column])).values()]
    : undefined
}

/** As `orderBy` has it, of row `t`. */
export const orderSql = (column: Column): string => sortable(`t.${quoteIdent(column.name)}`, column)

const comparableTypes: ReadonlySet<string> = new Set([
  'bool',
  'date',
  'int2',
  'int4',
  'int8',
  'numeric',
  'text',
  'timestamp',
  'timestamptz',
  'uuid',
  'varchar',
])

const sortable = (sql: string, column: Column): string => (column.collatable ? `${sql} COLLATE "C"` : sql)
