import { quoteIdent } from '../database/quote-ident.js'
import type { Table } from './catalogue.js'
import type { PathStep } from './table-plan.js'

export const tableName = (schema: string, table: string): string =>
  `${quoteIdent(schema)}.${quoteIdent(table)}`

/**
 * As an item of FROM, or the target of UPDATE and DELETE: without the rows of tables that inherit from it,
 * which are rows of theirs.
 */
export const onlyTable = (
  schema: string,
  { name, partitioned }: Pick<Table, 'name' | 'partitioned'>,
): string => `${partitioned ? '' : 'ONLY '}${tableName(schema, name)}`

/** FROM clause over one table, `t`, and the tables that paths from it lead to, each joined once. */
export class Joins {
  readonly #schema: string
  readonly #aliases = new Map<string, string>()
  #sql: string

  constructor(schema: string, table: Pick<Table, 'name' | 'partitioned'>) {
    this.#schema = schema
    this.#sql = `${onlyTable(schema, table)} AS t`
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
      this.#sql += ` ${kind} ${onlyTable(this.#schema, to.table)} AS ${alias} ON ${alias}.${quoteIdent(to.key)} = ${value}`
    }
    return alias
  }

  /** `alias` must not be taken. */
  leftJoin(relation: string, alias: string, condition: string): void {
    this.#sql += ` LEFT JOIN ${relation} AS ${alias} ON ${condition}`
  }
}
