import type { FindingCollector } from '@piecework/core/piece'
import type { SpecBatch } from '@piecework/marxan-files'
import type { FeatureAmounts } from './feature-amounts.js'

const file = 'spec.dat'

/** Checks the targets of a batch of spec.dat against the amounts in puvspr.dat. */
export function checkTargets(
  { length, lines, columns }: SpecBatch,
  amounts: FeatureAmounts,
  findings: FindingCollector,
): void {
  for (let row = 0; row < length; row += 1) {
    const line = lines[row] as number
    const id = columns.id[row] as number
    const target = columns.target[row] as number
    const total = amounts.total(id)
    if (amounts.rows(id) === 0)
      findings.warning('legacy/feature-without-rows', { file, line, column: 'id' }, () => ({
        message: `The feature ${id} has ${noRows(amounts, id)}`,
      }))
    if (!(target > 0)) continue
    if (total === 0)
      findings.error('legacy/target-of-nothing', { file, line, column: 'target' }, () => ({
        message: `The feature ${id} has the target ${target}, and ${
          amounts.rows(id) === 0 ? noRows(amounts, id) : 'its amounts in puvspr.dat sum to 0'
        }`,
      }))
    else if (target / total > 1)
      findings.warning('legacy/target-too-large', { file, line, column: 'target' }, () => ({
        message: `The feature ${id} has the target ${target}, more than the ${total} that there is; it cannot be met`,
      }))
  }
}

const noRows = (amounts: FeatureAmounts, id: number): string =>
  amounts.skipped(id)
    ? 'no rows in puvspr.dat but those of planning units that are unknown'
    : 'no rows in puvspr.dat'
