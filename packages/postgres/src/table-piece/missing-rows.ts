import { FindingCollector, type NewFinding } from '@piecework/core/piece'
import { defaults } from '../defaults.js'
import type { ExternalKeys } from './external-keys.js'

/** Stable keys of an entry that lead nowhere, each with how often it is named; of very many the first ones. */
export class MissingRows {
  readonly #columns: readonly {
    readonly keys: ExternalKeys
    readonly named: Map<string, number>
    unlisted: number
  }[]
  #listed = 0

  constructor(external: readonly ExternalKeys[]) {
    this.#columns = external.map((keys) => ({ keys, named: new Map<string, number>(), unlisted: 0 }))
  }

  /** Keys of some rows, by column. */
  async add(keys: readonly (readonly string[])[]): Promise<void> {
    for (const [at, column] of this.#columns.entries()) {
      const given = keys[at] ?? []
      const { named } = column
      for (const key of await column.keys.missing(given)) {
        if (named.has(key)) continue
        if (this.#listed < defaults.listedMissing) {
          this.#listed += 1
          named.set(key, 0)
        } else column.unlisted += 1
      }
      if (named.size === 0) continue
      for (const key of given) {
        const times = named.get(key)
        if (times !== undefined) named.set(key, times + 1)
      }
    }
  }

  list(file: string): readonly NewFinding[] {
    const findings = new FindingCollector({ limit: defaults.listedMissing })
    for (const { keys, named, unlisted } of this.#columns) {
      const { code, column, hint } = keys
      for (const [key, count] of named) {
        const message = keys.message(JSON.stringify(key.slice(0, 200)), count)
        findings.error(code, { file, column }, () => ({ message, hint, count }))
      }
      for (let at = 0; at < unlisted; at += 1) findings.error(code, { file, column }, () => ({ message: '' }))
    }
    return findings.list()
  }
}
