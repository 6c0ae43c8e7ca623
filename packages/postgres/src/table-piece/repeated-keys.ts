import type { CsvRow, FindingCollector } from '@piecework/core/piece'
import { defaults } from '../defaults.js'
import { KeyFilter } from './key-filter.js'
import { referencesOf, type TablePlan } from './table-plan.js'
import { valueCheck } from './value-check.js'
import { valueIn } from './value-in.js'

/** The values of a unique key in a row of the file, as one text; undefined if a NULL makes it unlike all others. */
type KeyOf = (row: CsvRow) => string | undefined

interface UniqueKey {
  readonly columns: readonly string[]
  readonly of: KeyOf
}

/**
 * Finds rows that a unique key of the table would refuse because of other rows of the same file. A first
 * reading finds what may have come before, a second one what has: so memory does not grow with the rows.
 */
export class RepeatedKeys {
  readonly #plan: TablePlan
  readonly #keys: readonly UniqueKey[]
  readonly #filters: readonly KeyFilter[]
  readonly #suspects: readonly Set<string>[]
  readonly #lines: readonly Map<string, number>[]

  /** @param rows about how many */
  constructor(plan: TablePlan, columns: readonly string[], rows: number) {
    this.#plan = plan
    this.#keys = uniqueKeys(plan, columns)
    this.#filters = this.#keys.map(() => new KeyFilter(rows))
    this.#suspects = this.#keys.map(() => new Set())
    this.#lines = this.#keys.map(() => new Map())
  }

  first(row: CsvRow): void {
    for (let at = 0; at < this.#keys.length; at++) {
      const { of, columns } = this.#keys[at] as UniqueKey
      const key = of(row)
      if (key === undefined || !this.#filters[at]?.mayRepeat(key)) continue
      const suspects = this.#suspects[at]
      if (!this.#isReadable(row, columns)) continue
      if (suspects && suspects.size < defaults.suspectedKeys && key.length < defaults.suspectedKeyCharacters)
        suspects.add(key)
    }
  }

  /** What is no value at all is told as that. */
  #isReadable(row: CsvRow, columns: readonly string[]): boolean {
    return columns.every((name) => {
      const column = this.#plan.table.columns.get(name)
      const value = valueIn(row, name)
      return !column || value === null || valueCheck(column, true)(value) !== false
    })
  }

  /** Whether a second reading is needed. */
  get suspected(): boolean {
    return this.#suspects.some(({ size }) => size > 0)
  }

  second(row: CsvRow, line: number, findings: FindingCollector): void {
    for (const [at, { of, columns }] of this.#keys.entries()) {
      const key = of(row)
      if (key === undefined || !this.#suspects[at]?.has(key)) continue
      const before = this.#lines[at]?.get(key)
      if (before === undefined) {
        this.#lines[at]?.set(key, line)
        continue
      }
      const names = columns.map((name) => `"${name}"`).join(', ')
      const message = `The row has the same ${names} as line ${before}, which table "${this.#plan.table.name}" does not allow.`
      const column = columns.length === 1 ? { column: columns[0] as string } : {}
      findings.error('table/key-twice', { file: this.#plan.entry, line, ...column }, () => ({ message }))
    }
  }
}

/** Those of the table that rows of one resource can violate by what stands in the file. */
function uniqueKeys(plan: TablePlan, header: readonly string[]) {
  if (plan.ownRow) return []
  return plan.table.uniqueKeys.flatMap(({ columns, nullsEqual }) => {
    const parts = columns
      .filter((name) => name !== plan.ownerColumn?.name)
      .map((name) => {
        const stable = referencesOf(plan, name).flatMap(({ shared, lookup }) =>
          [shared?.headers, lookup?.headers].filter((headers) => headers !== undefined),
        )
        return [[name], ...stable].filter((names) => names.every((one) => header.includes(one)))
      })
    const known = parts.every(([first]) => plan.carried.some((column) => column.name === first?.[0]))
    return known ? [{ columns, of: keyOf(parts, nullsEqual) }] : []
  })
}

/** `parts`: the columns of each part of the key, or those that stand in its place where it is NULL. */
function keyOf(parts: readonly (readonly (readonly string[])[])[], nullsEqual: boolean): KeyOf {
  const readers = parts.map((instead) => instead.map(reader))
  return (row) => {
    let key = ''
    for (const instead of readers) {
      let value: string | null = null
      for (const read of instead) value ??= read(row)
      if (value === null && !nullsEqual) return undefined
      key += value === null ? '\0\0' : `${value}\0`
    }
    return key
  }
}

/** Most keys are single columns, of which nothing is made for each row. */
function reader(names: readonly string[]): (row: CsvRow) => string | null {
  const [only] = names.length === 1 ? names : []
  if (only !== undefined) return (row) => valueIn(row, only)
  return (row) => {
    const values = names.map((name) => valueIn(row, name))
    return values.includes(null) ? null : JSON.stringify(values)
  }
}
