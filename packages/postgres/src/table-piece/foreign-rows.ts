import type { Queryable } from '@piecework/core/piece'
import { quoteIdent } from '../database/quote-ident.js'
import { defaults } from '../defaults.js'
import type { Target } from './table-plan.js'
import { type ConditionIds, conditionSql, referencedTable } from './target-rows.js'

/**
 * Rows of foreign tables that were read into temporary tables: to look one up in the foreign table would ask the
 * other server each time.
 */
export class ForeignRows {
  readonly #tables = new Map<string, string>()

  /** SQL of a relation with the columns `k`, the key, and `shared`, whether the row is shared. */
  rows(target: Target, within: ConditionIds): string {
    return this.#tables.get(nameOf(target)) ?? `(${select(target, within)})`
  }

  /** Reads the rows with these keys. `ids`: a query. */
  async add(tx: Queryable, target: Target, ids: string, within: ConditionIds): Promise<void> {
    const table = await this.#tableOf(tx, target, within)
    await tx.query('DROP TABLE IF EXISTS pg_temp.piecework_wanted')
    const { rowCount } = await tx.query(
      `CREATE TEMPORARY TABLE piecework_wanted ON COMMIT DROP AS
       SELECT row_number() OVER () AS n, w.id FROM (SELECT DISTINCT i.id FROM (${ids}) i(id)) w
       WHERE w.id IS NOT NULL AND NOT EXISTS (SELECT FROM ${table} t WHERE t.k = w.id)`,
    )
    const step = defaults.foreignRowsAtOnce
    // An array is sent to the other server; to compare with a subquery, all rows would come from there.
    for (let from = 0; from < rowCount; from += step)
      await tx.query(
        `INSERT INTO ${table} ${select(target, within)} WHERE ${quoteIdent(target.key)} = ANY (
           ARRAY(SELECT w.id FROM pg_temp.piecework_wanted w WHERE w.n > ${from} AND w.n <= ${from + step}))`,
      )
    if (rowCount > 0) await tx.query(`ANALYZE ${table}`)
  }

  async #tableOf(tx: Queryable, target: Target, within: ConditionIds): Promise<string> {
    const name = nameOf(target)
    const made = this.#tables.get(name)
    if (made !== undefined) return made
    const plain = `piecework_foreign_${this.#tables.size}`
    const table = `pg_temp.${plain}`
    await tx.query(`DROP TABLE IF EXISTS ${table}`)
    await tx.query(`CREATE TEMPORARY TABLE ${plain} ON COMMIT DROP AS ${select(target, within)} WITH NO DATA`)
    await tx.query(`CREATE INDEX ON ${table} (k)`)
    this.#tables.set(name, table)
    return table
  }
}

/** Of all rows. */
const select = (target: Target, within: ConditionIds): string =>
  `SELECT ${quoteIdent(target.key)} AS k, ${target.shared ? conditionSql(target.shared.where, within) : 'false'} AS shared FROM ${referencedTable(target)}`

const nameOf = ({ table, key, shared }: Target): string =>
  JSON.stringify([table.schema, table.name, key, shared?.where])
