import type { FindingCollector } from '@piecework/core/piece'
import { pluralize } from '@piecework/marxan-files'
import { listedUnknownFeatures } from '../defaults.js'

interface Rows {
  readonly line: number
  count: number
}

const ofHeader =
  'See first whether the names in the header stand over the right columns, in Marxan species, pu, amount; no row need be deleted if they do not.'
const ofOther =
  'No row is of a feature in spec.dat: see whether the two files are of one project, and number its features in the same way.'
const ofFeature = 'Add the feature to spec.dat, or delete its rows.'

/** Rows whose feature is not in spec.dat: one error for all rows of a feature. */
export class UnknownFeatures {
  readonly #listed = new Map<number, Rows>()
  #others: Rows | undefined
  #count = 0

  add(feature: number, line: number): void {
    this.#count += 1
    const full = this.#listed.size >= listedUnknownFeatures
    const rows = this.#listed.get(feature) ?? (full ? this.#others : undefined)
    if (rows) rows.count += 1
    else if (full) this.#others = { line, count: 1 }
    else this.#listed.set(feature, { line, count: 1 })
  }

  /**
   * `header`: the names are in another order than Marxan reads them in, so that it may be the header that is wrong. `rows`: of the file, with
   * these.
   */
  report(
    file: string,
    { header, rows }: { readonly header: boolean; readonly rows: number },
    findings: FindingCollector,
  ): void {
    const hint = header ? ofHeader : this.#count === rows && rows > 1 ? ofOther : ofFeature
    const report = (line: number, message: string) =>
      findings.error('legacy/feature-unknown', { file, line, column: 'species' }, () => ({
        message,
        hint,
      }))
    for (const [feature, { line, count }] of this.#listed)
      report(
        line,
        `The feature ${feature} is not in spec.dat${count === 1 ? '' : `: ${count} rows, the first in line ${line}`}`,
      )
    if (this.#others) {
      const { line, count } = this.#others
      report(
        line,
        `${pluralize(count, 'more row names a feature that is', 'more rows name features that are')} not in spec.dat either`,
      )
    }
  }
}
