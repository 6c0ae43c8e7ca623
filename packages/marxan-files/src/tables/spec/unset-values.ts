import type { FindingCollector } from '@piecework/core/piece'
import { pluralize } from '../../pluralize.js'
import type { SpecBatch } from './columns.js'
import { optionalSpecColumns } from './write.js'

/** Counts the values of one spec.dat that are -1, "not set". */
export class UnsetValues {
  readonly #file: string
  readonly #findings: FindingCollector
  readonly #columns = new Set<string>()
  #count = 0

  constructor(file: string, findings: FindingCollector) {
    this.#file = file
    this.#findings = findings
  }

  add(columns: SpecBatch['columns'], row: number): void {
    for (const column of optionalSpecColumns)
      if (columns[column][row] === -1) {
        this.#columns.add(column)
        this.#count += 1
      }
  }

  report(): void {
    const count = this.#count
    if (count > 0)
      this.#findings.warning('legacy/value-not-set', { file: this.#file }, () => ({
        message: `${pluralize(count, 'value is', 'values are')} -1, which is "not set", in ${[...this.#columns].join(', ')}; they are kept as they are`,
        count,
      }))
  }
}
