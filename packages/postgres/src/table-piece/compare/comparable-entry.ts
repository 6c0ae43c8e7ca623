import type { Column } from '../catalogue.js'
import { mapLeaves, openSql } from '../container-sql.js'
import { stableKeyOf } from '../container-value.js'
import type { FilePlan } from '../files/file-plan.js'
import { leadsInPart, leadsSql } from '../leads.js'
import { sharedPrefix } from '../shared-prefix.js'
import {
  type ContainerPlan,
  containerOf,
  fileOf,
  type ReferencePlan,
  referencesOf,
  type StableKey,
  type TablePlan,
  type Target,
} from '../table-plan.js'
import { digestTable } from './file-digests.js'
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
    const references = referencesOf(this.#plan, name)
    if (references.length > 0) return this.#references(references, value)
    const file = fileOf(this.#plan, name)
    if (file) return this.#file(file, value)
    const container = containerOf(this.#plan, name)
    return container ? this.#container(container, value) : value
  }

  /** What the file holds: its key is another one in each copy. */
  #file(file: FilePlan, key: string): string {
    const alias = `k${this.#joins.length}`
    this.#joins.push(
      ` LEFT JOIN ${digestTable(file, this.#loaded.side)} AS ${alias} ON ${alias}.key = ${key}`,
    )
    return `CASE WHEN ${key} <> '' THEN coalesce(${alias}.sha256, 'no file') ELSE ${key} END`
  }

  async #references(references: readonly ReferencePlan[], id: string): Promise<string> {
    const [only, ...others] = references
    if (only && others.length === 0 && !leadsInPart(only)) return this.#reference(only, id)
    const cases: string[] = []
    for (const reference of references) {
      const led = leadsSql(reference, { column: (name) => this.#loaded.column(name), from: 'files' })
      cases.push(`WHEN ${led} THEN ${await this.#reference(reference, id)}`)
    }
    return `CASE ${cases.join(' ')} ELSE ${id} END`
  }

  async #reference(reference: ReferencePlan, id: string): Promise<string> {
    const { shared, lookup } = reference
    const table = await this.#keyTableOf(reference)
    const alias = `k${this.#joins.length}`
    if (table) this.#joins.push(` LEFT JOIN ${table} AS ${alias} ON ${alias}.id = ${id}`)
    const stable = lookup && this.#stableKey(lookup)
    // A dangling id is compared as it is.
    const own = `coalesce(${[table && `${alias}.key`, stable, id].filter(Boolean).join(', ')})`
    const common = shared && this.#stableKey(shared)
    return common ? `CASE WHEN ${id} IS NULL THEN '${sharedPrefix}' || ${common} ELSE ${own} END` : own
  }

  /** SQL of a stable key as one text; undefined if the file has none. */
  #stableKey({ headers }: StableKey): string | undefined {
    const columns = headers.map((header) => this.#loaded.column(header))
    if (columns.some((column) => column === undefined)) return undefined
    const [only, ...others] = columns
    if (others.length === 0) return only
    return `CASE WHEN ${columns.map((column) => `${column} IS NOT NULL`).join(' AND ')} THEN ${jsonArraySql(columns as string[])} END`
  }

  async #container(container: ContainerPlan, text: string): Promise<string> {
    let value = container.form === 'array' ? `(${text})::text[]` : openSql(container, text)
    const isRead = container.form === 'text' && container.ids.length > 1
    for (const target of container.ids) {
      const table = await this.#keyTableOf(target)
      const keys = target.lookup && this.#loaded.column(target.lookup.headers[0] ?? '')
      const mapped = (id: string): string => {
        const key = table === undefined ? undefined : `(SELECT q.key FROM ${table} q WHERE q.id = ${id})`
        const stable = keys === undefined ? undefined : stableKeyOf(`(${keys}::jsonb)`, id)
        const known = [key, stable].filter((each) => each !== undefined)
        return `coalesce(${[...known.map((each) => (isRead ? unfoundSql(each) : each)), id].join(', ')})`
      }
      value = `(SELECT ${mapLeaves(container, target, 'w.v', mapped, 'texts')} FROM (SELECT ${value} AS v OFFSET 0) w)`
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

/** SQL of a key in characters that no pattern takes for an id: the next pattern reads what stands in its place. */
function unfoundSql(key: string): string {
  const characters = Array.from('0123456789abcdef', (_, at) => `chr(${14 + at})`).join(' || ')
  return `translate(encode(convert_to(${key}, 'UTF8'), 'hex'), '0123456789abcdef', ${characters})`
}
