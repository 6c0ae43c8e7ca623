import type { FindingCollector } from '@piecework/core/piece'
import { IdLines } from '../ids/id-lines.js'

/** A function that returns false, with an error, for ids that come a second time. */
export function uniqueId(file: string, findings: FindingCollector): (id: number, line: number) => boolean {
  const ids = new IdLines()
  return (id, line) => {
    const before = ids.add(id, line)
    if (before === undefined) return true
    findings.error('legacy/id-duplicate', { file, line, column: 'id' }, () => ({
      message: `The id ${id} stands on line ${before} and again on line ${line}`,
    }))
    return false
  }
}
