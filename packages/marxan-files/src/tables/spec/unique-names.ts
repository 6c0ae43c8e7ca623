import type { FindingCollector } from '@piecework/core/piece'

/** Names of the features of one spec.dat: each once, made up for features without one. */
export class UniqueNames {
  readonly #lines = new Map<string, number>()
  readonly #file: string
  readonly #findings: FindingCollector
  readonly #required: boolean
  #hasColumn = true
  #unnamed = 0

  /** `required`: a missing name is an error instead of a warning. */
  constructor(file: string, findings: FindingCollector, required: boolean) {
    this.#file = file
    this.#findings = findings
    this.#required = required
  }

  reportMissingColumn(): void {
    this.#hasColumn = false
    this.#report(undefined, 'The column name is missing; features are named Unnamed Feature #1, #2 and so on')
  }

  /** Names a feature that has no name. False, with an error, if the name comes a second time or is required and missing. */
  accept(names: string[], row: number, line: number): boolean {
    const given = this.#hasColumn ? names[row] : ''
    if (!given) {
      const name = this.#next()
      if (this.#hasColumn) this.#report(line, `The name is empty; the feature is named ${name}`)
      this.#lines.set(name, line)
      names[row] = name
      return !this.#required
    }
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

  #next(): string {
    let name: string
    do {
      this.#unnamed += 1
      name = `Unnamed Feature #${this.#unnamed}`
    } while (this.#lines.has(name))
    return name
  }

  #report(line: number | undefined, message: string): void {
    const location = { file: this.#file, column: 'name', ...(line !== undefined && { line }) }
    if (this.#required)
      this.#findings.error('legacy/name-missing', location, () => ({ message: 'A feature has no name' }))
    else this.#findings.warning('legacy/name-missing', location, () => ({ message }))
  }
}
