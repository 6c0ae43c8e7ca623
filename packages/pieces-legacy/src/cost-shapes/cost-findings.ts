import type { FindingCollector } from '@piecework/core/piece'
import { GroupedRows } from '@piecework/marxan-files'
import type { LayerRow } from '@piecework/vector-files'
import { costShapefile as labels } from '../shapes/labels.js'
import type { CostRow } from './cost-attributes.js'
import type { CostProblem } from './cost-value.js'

const problems: Readonly<Record<CostProblem, string>> = {
  null: 'is empty',
  overflow: 'did not fit into its column when the file was written',
  'not-a-number': 'is no number',
  negative: 'is negative',
  'too-large': 'is too large for a number',
}

/** What is wrong with the costs of a layer: an error for each that is none, one warning for those written as texts. */
export class CostFindings {
  readonly #column: string
  readonly #findings: FindingCollector
  readonly #texts = new GroupedRows()

  constructor(column: string, findings: FindingCollector) {
    this.#column = column
    this.#findings = findings
  }

  add({ record, row }: LayerRow<CostRow>): void {
    const { text, value } = row
    if ('problem' in value)
      this.#findings.error(
        `${labels.code}-cost-${value.problem}`,
        { file: labels.role, line: record, column: this.#column },
        () => ({
          message: `The cost ${JSON.stringify(text)} of record ${record} ${problems[value.problem]}`,
        }),
      )
    else if (value.spelled)
      this.#texts.add(
        record,
        record,
        () =>
          `The cost ${JSON.stringify(text)} of record ${record} is written as a text; it is read as ${value.cost}`,
      )
  }

  /** After the last record. */
  report(): void {
    this.#texts.report(
      `${labels.code}-cost-text`,
      { file: labels.role, column: this.#column },
      (count) => `${count} costs are written as texts and read as the numbers that they spell`,
      this.#findings,
      { ids: 'records' },
    )
  }
}
