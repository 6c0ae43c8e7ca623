import type { Finding } from '../contracts/finding.js'
import { storable } from '../engine/job-error.js'

/** Code of the finding that counts those which were not kept. */
export const moreFindings = 'core/more-findings'

/** Findings of one severity beyond this many of one attempt are counted, not kept one by one. */
const limit = 1000

/** What one attempt finds, as it can be stored. */
export class FindingList {
  readonly #kept: Finding[] = []
  readonly #counts = { error: 0, warning: 0 }
  readonly #pieceOf: Partial<Record<Finding['severity'], string>> = {}

  add(finding: Finding): void {
    const { severity, piece } = finding
    this.#counts[severity] += 1
    if (this.#counts[severity] <= limit) this.#kept.push(storableFinding(finding))
    else this.#pieceOf[severity] ??= piece
  }

  /** Those that are kept, then how many more there are of each severity. */
  list(): readonly Finding[] {
    const more = (['error', 'warning'] as const).flatMap((severity): Finding[] => {
      const piece = this.#pieceOf[severity]
      const count = this.#counts[severity] - limit
      if (piece === undefined) return []
      const message = `${count} more ${severity}s are not listed.`
      return [{ severity, code: moreFindings, piece, message, count }]
    })
    return [...this.#kept, ...more]
  }
}

function storableFinding(finding: Finding): Finding {
  const { code, piece, file, column, message, hint } = finding
  return {
    ...finding,
    code: storable(code),
    piece,
    message: storable(message),
    ...(file !== undefined && { file: storable(file) }),
    ...(column !== undefined && { column: storable(column) }),
    ...(hint !== undefined && { hint: storable(hint) }),
  }
}
