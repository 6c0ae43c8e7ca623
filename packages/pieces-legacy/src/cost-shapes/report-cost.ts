import type { FindingCollector } from '@piecework/core/piece'
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

/** Reports a record whose cost is invalid, or written as a text. */
export function reportCost(
  { record, row }: LayerRow<CostRow>,
  column: string,
  findings: FindingCollector,
): void {
  const { text, value } = row
  const place = { file: labels.role, line: record, column }
  if ('problem' in value)
    findings.error(`${labels.code}-cost-${value.problem}`, place, () => ({
      message: `The cost ${JSON.stringify(text)} of record ${record} ${problems[value.problem]}`,
    }))
  else if (value.spelled)
    findings.warning(`${labels.code}-cost-text`, place, () => ({
      message: `The cost ${JSON.stringify(text)} of record ${record} is written as a text; it is read as ${value.cost}`,
    }))
}
