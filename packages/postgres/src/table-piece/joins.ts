import { quoteIdent } from '../database/quote-ident.js'
import type { Table } from './catalogue.js'
import type { TableName } from './table-name.js'
import type { PathStep } from './table-plan.js'

export const tableName = ({ schema, name }: TableName): string => `${quoteIdent(schema)}.${quoteIdent(name)}`

/**
 * As an item of FROM, or the target of UPDATE and DELETE: without the rows of tables that inherit from it,
 * which are rows of theirs.
 */
export const onlyTable = (table: TableName & Pick<Table, 'partitioned'>): string =>
  `${table.partitioned ? '' : 'ONLY '}${tableName(table)}`

export interface Join {
  readonly relation: string
  readonly alias: string
  readonly condition: string
}

export const joinSql = (joins: readonly Join[]): string =>
  joins.map(({ relation, alias, condition }) => ` LEFT JOIN ${relation} AS ${alias} ON ${condition}`).join('')

/** FROM clause over one table, `t`, and the tables that paths from it lead to, each joined once. */
export class Joins {
  readonly #aliases = new Map<string, string>()
  readonly #condition: (where: string) => string
  #sql: string

  /** `condition` replaces what a condition refers to. */
  constructor(table: Table, where?: string, condition: (where: string) => string = (sql) => sql) {
    this.#condition = condition
    this.#sql = `${this.#rows(table, where)} AS t`
  }

  get sql(): string {
    return this.#sql
  }

  /** SQL of the path's last column. */
  column(path: readonly PathStep[], kind: 'JOIN' | 'LEFT JOIN'): string {
    let alias = 't'
    let walked = ''
    for (const { column, to } of path) {
      const value = `${alias}.${quoteIdent(column.name)}`
      if (!to) return value
      walked += `${value} `
      const joined = this.#aliases.get(walked)
      alias = joined ?? `p${this.#aliases.size}`
      if (joined) continue
      this.#aliases.set(walked, alias)
      this.#sql += ` ${kind} ${this.#rows(to.table, to.where)} AS ${alias} ON ${alias}.${quoteIdent(to.key)} = ${value}`
    }
    return alias
  }

  /** `alias` must not be taken. */
  leftJoin(relation: string, alias: string, condition: string): void {
    this.#sql += ` LEFT JOIN ${relation} AS ${alias} ON ${condition}`
  }

  #rows(table: Table, where: string | undefined): string {
    return where === undefined
      ? onlyTable(table)
      : `(SELECT * FROM ${onlyTable(table)} WHERE ${this.#condition(where)})`
  }
}
