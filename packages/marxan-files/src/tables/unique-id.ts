import type { FindingCollector } from '@piecework/core/piece'
import { IdLines } from '../ids/id-lines.js'

/** A function that returns false, with an error, for ids that come a second time. `kind`: of what has them. */
export function uniqueId(
  file: string,
  kind: string,
  findings: FindingCollector,
): (id: number, line: number) => boolean {
  const ids = new IdLines()
  return (id, line) => {
    const before = ids.add(id, line)
    if (before === undefined) return true
    findings.error('legacy/id-duplicate', { file, line, column: 'id' }, () => ({
      value: `${id}`,
      subject: { kind, key: `${id}` },
      message: `The id ${id} stands on line ${before} and again on line ${line}`,
    }))
    return false
  }
}
