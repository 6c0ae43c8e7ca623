import type { FindingCollector } from '@piecework/core/piece'
import type { SpecBatch } from '@piecework/marxan-files'
import { pluralize } from '@piecework/marxan-files'
import { otherUnitFactor } from '../defaults.js'
import type { FeatureAmounts } from './feature-amounts.js'

const file = 'spec.dat'

/**
 * Finds proportions in the column of targets: all targets are at most 1, some are fractions, and the amounts
 * are much larger.
 */
export class TargetScale {
  #targets = 0
  #fractions = 0
  #otherwise = false

  add({ length, columns }: SpecBatch, amounts: FeatureAmounts): void {
    for (let row = 0; row < length; row += 1) {
      const target = columns.target[row] as number
      if ((columns.prop[row] as number) > 0) this.#otherwise = true
      if (!(target > 0)) continue
      this.#targets += 1
      if (target < 1) this.#fractions += 1
      if (target > 1 || amounts.total(columns.id[row] as number) < otherUnitFactor * target)
        this.#otherwise = true
    }
  }

  report(findings: FindingCollector): void {
    if (this.#otherwise || this.#fractions === 0) return
    findings.warning('legacy/target-like-prop', { file, column: 'target' }, () => ({
      message: `${pluralize(this.#targets, 'target is', 'targets are')} above 0 and at most 1, and the amounts in puvspr.dat are more than a hundred times as large: are proportions meant?`,
      hint: 'A target is an amount. If 0.3 stands for 30 %, write these numbers into the column prop instead.',
    }))
  }
}
