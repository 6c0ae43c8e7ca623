import { FindingCollector, type NewFinding } from '@piecework/core/piece'
import { GroupedRows, type SpecBatch } from '@piecework/marxan-files'
import type { FeatureAmounts } from './feature-amounts.js'

const file = 'spec.dat'

/** Checks what spec.dat asks for against the amounts in puvspr.dat. */
export class TargetCheck {
  readonly #amounts: FeatureAmounts
  readonly #findings: FindingCollector
  readonly #targets = new FindingCollector()
  readonly #withoutRows = new GroupedRows()
  readonly #ofNothing = new GroupedRows()
  readonly #tooLarge = new GroupedRows()

  constructor(amounts: FeatureAmounts, findings: FindingCollector) {
    this.#amounts = amounts
    this.#findings = findings
  }

  add({ length, lines, columns }: SpecBatch): void {
    const amounts = this.#amounts
    for (let row = 0; row < length; row += 1) {
      const line = lines[row] as number
      const id = columns.id[row] as number
      const rows = amounts.rows(id)
      if (rows === 0) this.#withoutRows.add(line, id, () => `The feature ${id} has ${noRows(amounts, id)}`)
      if (rows > 0 && (columns.prop[row] as number) > 0 && amounts.total(id) === 0)
        this.#ofNothing.add(
          line,
          id,
          () =>
            `The feature ${id} has a prop, and its amounts in puvspr.dat are all 0: nothing is conserved of it`,
        )
      const target = columns.target[row] as number
      if (target > 0) this.#checkTarget(id, target, line)
    }
  }

  /** What is told of targets, which is told last. */
  list(): readonly NewFinding[] {
    return this.#targets.list()
  }

  /** After the last batch: what is told of features. */
  report(): void {
    this.#tooLarge.report(
      'legacy/target-too-large',
      { file, column: 'target' },
      (count) => `${count} features have a target of more than there is; it cannot be met`,
      this.#targets,
    )
    this.#withoutRows.report(
      'legacy/feature-without-rows',
      { file, column: 'id' },
      (count) => `${count} features have no rows in puvspr.dat that are imported`,
      this.#findings,
    )
    this.#ofNothing.report(
      'legacy/prop-of-nothing',
      { file, column: 'prop' },
      (count) =>
        `${count} features have a prop, and their amounts in puvspr.dat are all 0: nothing is conserved of them`,
      this.#findings,
    )
  }

  #checkTarget(id: number, target: number, line: number): void {
    const amounts = this.#amounts
    const total = amounts.total(id)
    const location = { file, line, column: 'target' }
    if (total === 0)
      this.#targets.error('legacy/target-of-nothing', location, () => ({
        message: `The feature ${id} has the target ${target}, and ${
          amounts.rows(id) === 0 ? noRows(amounts, id) : 'its amounts in puvspr.dat sum to 0'
        }`,
      }))
    else if (target / total > 1)
      this.#tooLarge.add(
        line,
        id,
        () =>
          `The feature ${id} has the target ${target}, more than the ${total} that there is; it cannot be met`,
      )
  }
}

const noRows = (amounts: FeatureAmounts, id: number): string =>
  amounts.skipped(id)
    ? 'no rows in puvspr.dat but those of planning units that are unknown'
    : 'no rows in puvspr.dat'
