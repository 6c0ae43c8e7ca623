import type { Finding, ResourceRef } from '@piecework/core'
import type { TableComparison } from '@piecework/test-support'
import type { DemoInput } from './input.js'
import type { SummaryRow } from './summary.js'

/** What the demo has done so far; each step adds to it. */
export interface DemoRun {
  /** Absent if the input could not be opened. */
  input?: DemoInput
  /** Projects in the order they were made: from the folder, from the archive, by the clone. */
  readonly projects: ResourceRef[]
  /** Ids of the jobs that made them. */
  readonly jobs: string[]
  readonly summary: SummaryRow[]
  readonly findings: Finding[]
  readonly comparisons: { readonly pair: string; readonly tables: readonly TableComparison[] }[]
  /** The archive that is kept. */
  archive?: { readonly path: string; readonly size: number; readonly digest: string }
}

export const newRun = (): DemoRun => ({ projects: [], jobs: [], summary: [], findings: [], comparisons: [] })

/** Adds findings that the run does not have yet. */
export function addFindings(run: DemoRun, findings: readonly Finding[]): void {
  const known = new Set(run.findings.map((finding) => JSON.stringify(finding)))
  for (const finding of findings.map(withOption))
    if (!known.has(JSON.stringify(finding))) run.findings.push(finding)
}

/** The hint as an option of this program. */
function withOption(finding: Finding): Finding {
  if (finding.code !== 'legacy/grid-id-attribute') return finding
  return { ...finding, hint: 'Name it with --id-attribute <name>.' }
}
