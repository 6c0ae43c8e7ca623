import type { FindingCollector } from '@piecework/core/piece'
import type { LayerLabels } from '@piecework/vector-files'
import { shownCharacters } from '../defaults.js'
import type { IdLines } from '../ids/id-lines.js'
import { planningUnit } from '../roles.js'
import type { IdText } from './id-text.js'
import type { NonIntegerIds } from './non-integer-ids.js'
import type { UnitIdProblem } from './unit-id.js'

const idProblems: Readonly<Record<UnitIdProblem, string>> = {
  null: 'is empty',
  overflow: 'did not fit into its column when the file was written',
  'not-a-number': 'is not a number',
  negative: 'is negative',
  fraction: 'is not an integer',
  'too-large': 'is larger than 2147483647',
}

/** Reports what is wrong with the id of one record. `seen` holds the ids before; `nonIntegers` reports its own at the end. */
export function describeId(
  { record, text, id }: IdText & { readonly record: number },
  column: string,
  seen: IdLines,
  nonIntegers: NonIntegerIds,
  { role, code }: LayerLabels,
  findings: FindingCollector,
): void {
  const location = () => ({ file: role, line: record, column })
  if ('problem' in id) {
    findings.error(`${code}-id-${id.problem}`, location(), () => ({
      ...(text !== undefined && { value: text.slice(0, shownCharacters) }),
      message: `The id ${JSON.stringify(text)} of record ${record} ${idProblems[id.problem]}`,
    }))
    return
  }
  if (id.spelled) nonIntegers.add(id.spelled, record, text ?? '', id.id)
  const before = seen.add(id.id, record)
  if (before !== undefined)
    findings.error(`${code}-id-duplicate`, location(), () => ({
      value: `${id.id}`,
      subject: { kind: planningUnit, key: `${id.id}` },
      message: `The id ${id.id} of record ${record} is that of record ${before} too`,
    }))
}
