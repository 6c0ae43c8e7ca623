import type { Finding, FindingFix, NewFinding } from '../contracts/finding.js'
import { findingDefaults } from '../defaults.js'
import { storable } from '../engine/job-error.js'
import { FindingCollector } from '../findings/finding-collector.js'

/** What one attempt finds, as it can be stored. */
export class AttemptFindings {
  readonly #pieces = new Map<string, FindingCollector>()

  add({ piece, ...finding }: Finding): void {
    const limit = findingDefaults.keptPerAttempt
    const collector = this.#pieces.get(piece) ?? new FindingCollector({ limit, limitPerSeverity: limit })
    this.#pieces.set(piece, collector)
    collector.add(finding)
  }

  list(): readonly Finding[] {
    return [...this.#pieces].flatMap(([piece, findings]) =>
      findings.list().map((finding) => ({ ...storableFinding(finding), piece })),
    )
  }
}

export function storableFinding(finding: NewFinding): NewFinding {
  const { code, file, column, value, subject, message, hint, fix } = finding
  return {
    ...finding,
    code: storable(code),
    message: storable(message),
    ...(file !== undefined && { file: storable(file) }),
    ...(column !== undefined && { column: storable(column) }),
    ...(value !== undefined && { value: storable(value) }),
    ...(subject && { subject: { kind: storable(subject.kind), key: storable(subject.key) } }),
    ...(hint !== undefined && { hint: storable(hint) }),
    ...(fix && { fix: storableFix(fix) }),
  }
}

const storableFix = ({ role, metadata, file }: FindingFix): FindingFix => ({
  role: storable(role),
  ...(metadata && {
    metadata: Object.fromEntries(
      Object.entries(metadata).map(([key, value]) => [
        storable(key),
        value === null ? null : storable(value),
      ]),
    ),
  }),
  ...(file !== undefined && { file: storable(file) }),
})
