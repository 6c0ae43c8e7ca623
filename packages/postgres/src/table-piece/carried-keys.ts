import { type DryRun, isPieceworkError } from '@piecework/core/piece'
import { entryName } from './entry-name.js'
import { KeyFilter } from './key-filter.js'
import type { Target } from './table-plan.js'
import { valueIn } from './value-in.js'

/** Whether an import brings the row that has this old key. */
export type Brings = (key: string) => boolean

/** Keys of the tables that an import brings, read from their entries once. */
export class CarriedKeys {
  readonly #dryRun: DryRun
  readonly #known = new Map<string, Promise<Brings | undefined>>()

  constructor(dryRun: DryRun) {
    this.#dryRun = dryRun
  }

  /** Undefined if it is not known: the keys do not stand in the entries. */
  of(target: Target): Promise<Brings | undefined> {
    const name = JSON.stringify([target.name, target.key])
    const known = this.#known.get(name) ?? this.#read(target)
    this.#known.set(name, known)
    return known
  }

  async #read({ name, table, key, keyColumn }: Target): Promise<Brings | undefined> {
    const all = this.#dryRun.entriesOf(name)
    const path = entryName(table.name)
    // The blanks at the end of a char(n) are no part of the key.
    const canonical = (value: string): string =>
      keyColumn.base === 'uuid' ? value.toLowerCase() : value.replace(/ +$/, '')
    if (!all || all.some((entries) => !entries.facts(path))) return undefined
    const rows = all.reduce((sum, entries) => sum + (entries.facts(path)?.rows ?? 0), 0)
    const keys = new KeyFilter(rows)
    try {
      for (const entries of all)
        for await (const batch of entries.rows(path))
          for (const row of batch) {
            if (!Object.hasOwn(row, key)) return undefined
            const value = valueIn(row, key)
            if (value !== null) keys.mayRepeat(canonical(value))
          }
    } catch (error) {
      // The validator of that entry tells what is wrong with it.
      if (isPieceworkError(error) && /^archive-|^counts-differ$/.test(error.code)) return undefined
      throw error
    }
    return (value) => keys.mayHave(canonical(value))
  }
}
