import type { Column } from '../catalogue.js'
import { documentSql } from '../document-sql.js'
import { sharedPrefix, stableKeyOf } from '../json-value.js'
import type { JsonPlan, ReferencePlan, TablePlan, Target } from '../table-plan.js'
import type { LoadedEntry } from './load-entry.js'

/**
 * Name of a table of natural keys, `id` and `key`, of the rows that a reference refers to; undefined if no
 * node carries them.
 */
export type KeyTableOf = (target: Target) => Promise<string | undefined>

/**
 * A loaded entry whose columns can be compared with those of the other side: ids are replaced by natural
 * keys.
 */
export class ComparableEntry {
  readonly #plan: TablePlan
  readonly #loaded: LoadedEntry
  readonly #keyTableOf: KeyTableOf
  readonly #joins: string[] = []

  constructor(plan: TablePlan, loaded: LoadedEntry, keyTableOf: KeyTableOf) {
    this.#plan = plan
    this.#loaded = loaded
    this.#keyTableOf = keyTableOf
  }

  /** FROM clause; complete after `column` was called for all columns. */
  get from(): string {
    return `${this.#loaded.table} AS r${this.#joins.join('')}`
  }

  async column({ name }: Column): Promise<string> {
    const value = this.#loaded.column(name) ?? 'NULL::text'
    const reference = this.#plan.references.get(name)
    if (reference) return this.#reference(reference, value)
    const json = this.#plan.json.get(name)
    return json ? this.#document(json, value) : value
  }

  async #reference(reference: ReferencePlan, id: string): Promise<string> {
    const { shared, lookup } = reference
    const table = await this.#keyTableOf(reference)
    const alias = `k${this.#joins.length}`
    if (table) this.#joins.push(` LEFT JOIN ${table} AS ${alias} ON ${alias}.id = ${id}`)
    const stable = lookup && this.#loaded.column(lookup.header)
    // A dangling id is compared as it is.
    const own = `coalesce(${[table && `${alias}.key`, stable, id].filter(Boolean).join(', ')})`
    const common = shared && this.#loaded.column(shared.header)
    return common ? `CASE WHEN ${id} IS NULL THEN '${sharedPrefix}' || ${common} ELSE ${own} END` : own
  }

  async #document({ ids, column }: JsonPlan, document: string): Promise<string> {
    const sql = documentSql(column.base)
    let value = sql.open(document)
    for (const target of ids) {
      const table = await this.#keyTableOf(target)
      const keys = target.lookup && this.#loaded.column(target.lookup.header)
      const mapped = (id: string): string => {
        const key = table && `(SELECT q.key FROM ${table} q WHERE q.id = ${id})`
        const stable = keys && stableKeyOf(`(${keys}::jsonb)`, id)
        return `to_jsonb(coalesce(${[key, stable, id].filter(Boolean).join(', ')}))`
      }
      value = `(SELECT ${sql.map('w.v', target.path, mapped)} FROM (SELECT ${value} AS v OFFSET 0) w)`
    }
    return `(${value})::text`
  }
}

/** SQL of a text that is short enough for a key, and different for different texts. */
export function boundedSql(text: string): string {
  return `CASE WHEN length(${text}) > 200 THEN left(${text}, 60) || '… ' || encode(sha256(convert_to(${text}, 'UTF8')), 'hex') ELSE ${text} END`
}

/** SQL of several texts as one. */
export function jsonArraySql(texts: readonly string[]): string {
  return `array_to_json(ARRAY[${texts.join(', ')}]::text[])::text`
}
