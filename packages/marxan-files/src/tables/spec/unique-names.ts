import type { FindingCollector } from '@piecework/core/piece'
import { GroupedRows } from '../../ids/grouped-rows.js'
import type { SpecBatch } from './columns.js'

/** Names of the features of one spec.dat: each once, made up for features without one. */
export class UniqueNames {
  readonly #lines = new Map<string, number>()
  readonly #file: string
  readonly #findings: FindingCollector
  readonly #required: boolean
  readonly #unnamed = new GroupedRows()
  #hasColumn = true
  #made = 0
  /** Some feature waits for its name: every name of the file must be known before one is made up. */
  waits = false

  /** `required`: a missing name is an error instead of a warning. */
  constructor(file: string, findings: FindingCollector, required: boolean) {
    this.#file = file
    this.#findings = findings
    this.#required = required
  }

  reportMissingColumn(): void {
    this.#hasColumn = false
    if (this.#required) this.#reportRequired()
    else
      this.#findings.warning('legacy/name-missing', { file: this.#file, column: 'name' }, () => ({
        message: 'The column name is missing; features are named Unnamed Feature #1, #2 and so on',
      }))
  }

  /** False, with an error, if the name comes a second time or is required and missing. */
  accept(names: string[], row: number, line: number): boolean {
    const given = this.#hasColumn ? names[row] : ''
    if (!given) return this.#acceptUnnamed(names, row, line)
    const before = this.#lines.get(given)
    if (before !== undefined) {
      this.#findings.error('legacy/name-duplicate', { file: this.#file, line, column: 'name' }, () => ({
        message: `The name ${given} stands on line ${before} and again on line ${line}`,
      }))
      return false
    }
    this.#lines.set(given, line)
    return true
  }

  /** Names the features of a batch that wait for it. */
  complete({ length, lines, columns: { id, name } }: SpecBatch): void {
    for (let row = 0; row < length; row += 1) {
      if (name[row] !== '') continue
      const made = this.#next()
      name[row] = made
      this.#unnamed.add(
        lines[row] as number,
        id[row] as number,
        () => `The name is empty; the feature is named ${made}`,
      )
    }
  }

  report(): void {
    this.#unnamed.report(
      'legacy/name-missing',
      { file: this.#file, column: 'name' },
      (count) => `${count} features have no name and are named Unnamed Feature #1, #2 and so on`,
      this.#findings,
    )
  }

  #acceptUnnamed(names: string[], row: number, line: number): boolean {
    if (this.#required) {
      if (this.#hasColumn) this.#reportRequired(line)
      return false
    }
    if (this.#hasColumn) this.waits = true
    else names[row] = this.#next()
    return true
  }

  #next(): string {
    let name: string
    do {
      this.#made += 1
      name = `Unnamed Feature #${this.#made}`
    } while (this.#lines.has(name))
    return name
  }

  #reportRequired(line?: number): void {
    const location = { file: this.#file, column: 'name', ...(line !== undefined && { line }) }
    this.#findings.error('legacy/name-missing', location, () => ({ message: 'A feature has no name' }))
  }
}
