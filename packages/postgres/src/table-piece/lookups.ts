import { PieceworkError, type Queryable } from '@piecework/core/piece'
import { quoteIdent } from '../database/quote-ident.js'
import type { RowSource } from './row-source.js'
import type { StableKey, TablePlan, Target } from './table-plan.js'
import {
  type ConditionIds,
  conditionSql,
  hasStableKey,
  referencedTable,
  stableKeyText,
} from './target-rows.js'

/**
 * Rows by stable key, in temporary tables: columns `s0`, `s1` … of the key, `s` the key as one text, `k` the
 * key of the row and `n`, how many rows have that stable key. They have an index and statistics, which the
 * host's tables may not have.
 */
export class Lookups {
  readonly #tables = new Map<string, string>()
  /** Those of references differ in what they add to the rows. */
  readonly #finds: StableKey['find'][] = [undefined]
  #made = 0

  /** SQL of the temporary table. */
  table(target: Target, stable: StableKey): string {
    const table = this.#tables.get(this.#nameOf(target, stable))
    if (table === undefined) throw new Error(`The rows of "${target.table.name}" were not read.`)
    return table
  }

  /** Reads the rows that the columns of the source refer to by stable keys. */
  async read(tx: Queryable, plan: TablePlan, source: Pick<RowSource, 'column'>, within: ConditionIds) {
    for (const { target, stable } of stableKeys(plan)) {
      const given = stable.headers.length === 0 || stable.headers.some((name) => source.column(name))
      if (given) await this.#read(tx, target, stable, within)
    }
  }

  /** Reads them again, after rows were added. */
  async reread(tx: Queryable, target: Target, stable: StableKey, within: ConditionIds): Promise<void> {
    this.#tables.delete(this.#nameOf(target, stable))
    await this.#read(tx, target, stable, within)
  }

  async #read(tx: Queryable, target: Target, stable: StableKey, within: ConditionIds): Promise<void> {
    const name = this.#nameOf(target, stable)
    if (this.#tables.has(name)) return
    // A number that no other has, although tables are forgotten.
    const plain = `piecework_lookup_${this.#made++}`
    const table = `pg_temp.${plain}`
    const key = stable.columns.map((column) => quoteIdent(column.name))
    await tx.query(`DROP TABLE IF EXISTS ${table}`)
    await tx.query(
      `CREATE TEMPORARY TABLE ${plain} ON COMMIT DROP AS
       SELECT ${key.map((column, at) => `${column} AS s${at}`).join(', ')}, ${stableKeyText(stable)} AS s,
         min(${quoteIdent(target.key)}::text)::${target.keyColumn.type} AS k, count(*) AS n
       FROM ${referencedTable(target)}
       WHERE ${conditionSql(stable.where, within)} AND ${hasStableKey(stable)} GROUP BY ${key.join(', ')}`,
    )
    await tx.query(`CREATE INDEX ON ${table} USING hash (s)`)
    await tx.query(`ANALYZE ${table}`)
    this.#tables.set(name, table)
  }

  #nameOf({ table, key }: Target, { by, where, find }: StableKey): string {
    if (!this.#finds.includes(find)) this.#finds.push(find)
    return JSON.stringify([table.schema, table.name, key, by, where, this.#finds.indexOf(find)])
  }
}

/** Of references and of ids inside values, with the rows that they lead to. */
export function stableKeys(
  plan: TablePlan,
): readonly { readonly target: Target; readonly stable: StableKey }[] {
  const targets: readonly Target[] = [...plan.references, ...plan.containers.flatMap(({ ids }) => ids)]
  return targets.flatMap((target) =>
    [target.shared, target.lookup].flatMap((stable) => (stable ? [{ target, stable }] : [])),
  )
}

/** SQL condition: a row of `lookup` has the stable key of the row of the source. */
export const sameStableKey = (lookup: string, { headers }: StableKey, source: RowSource): string =>
  headers.map((name, at) => `${lookup}.s${at} = ${source.column(name) ?? 'NULL'}`).join(' AND ')

/** SQL condition: the row of the source has a stable key. */
export const givesStableKey = ({ headers }: StableKey, source: RowSource): string =>
  `(${headers.map((name) => `${source.column(name) ?? 'NULL'} IS NOT NULL`).join(' AND ')})`

/** SQL of the stable key that the row of the source has, as findings name it. */
export function givenKeyText({ headers }: StableKey, source: Pick<RowSource, 'column'>): string {
  const given = headers.map((name) => `(${source.column(name) ?? 'NULL'})::text`)
  return given.length === 1 ? (given[0] ?? 'NULL') : `jsonb_build_array(${given.join(', ')})::text`
}

export function ambiguousKey(
  entry: string,
  column: string,
  { table }: Target,
  count: number,
): PieceworkError {
  return new PieceworkError(
    'table/key-ambiguous',
    `${count} ${count === 1 ? 'row refers' : 'rows refer'} by "${column}" of "${entry}" to rows of "${table.name}" whose stable key more than one row has.`,
    { facts: { entry, column, table: table.name, count } },
  )
}
