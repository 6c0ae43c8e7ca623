import { quoteIdent } from '../database/quote-ident.js'
import type { PathStep } from './table-plan.js'

export const tableName = (schema: string, table: string): string =>
  `${quoteIdent(schema)}.${quoteIdent(table)}`

/** FROM clause over one table, `t`, and the tables that paths from it lead to, each joined once. */
export class Joins {
  readonly #schema: string
  readonly #aliases = new Map<string, string>()
  #sql: string

  constructor(schema: string, table: string) {
    this.#schema = schema
    this.#sql = `${tableName(schema, table)} AS t`
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
      this.#sql += ` ${kind} ${tableName(this.#schema, to.table.name)} AS ${alias} ON ${alias}.${quoteIdent(to.key)} = ${value}`
    }
    return alias
  }

  /** `alias` must not be taken. */
  leftJoin(relation: string, alias: string, condition: string): void {
    this.#sql += ` LEFT JOIN ${relation} AS ${alias} ON ${condition}`
  }
}
