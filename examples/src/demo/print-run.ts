import { type Finding, isPieceworkError } from '@piecework/core'
import type { DemoRun } from './demo-run.js'
import { rowsPerSecond, summaryText, textTable } from './summary.js'

/** What `--json` prints. */
export function runDocument(run: DemoRun, failure: unknown) {
  const code = isPieceworkError(failure) ? failure.code : 'internal'
  const message = failure instanceof Error ? failure.message : String(failure)
  const { input, summary, comparisons, findings, archive } = run
  return {
    ok: failure === undefined,
    ...(failure !== undefined && { error: { code, message } }),
    ...(input && { input: { name: input.name, folder: input.folder, files: input.files } }),
    archive,
    summary: summary.map((row) => ({ ...row, rowsPerSecond: rowsPerSecond(row) })),
    comparisons,
    findings,
  }
}

/** What is printed after the steps otherwise. */
export function printRun(run: DemoRun, failure: unknown): void {
  if (run.findings.length > 0) console.log(`\n${findingsText(run.findings)}`)
  if (run.comparisons.length > 0) console.log(`\n${comparisonsText(run.comparisons)}`)
  if (run.summary.length > 0) console.log(`\n${summaryText(run.summary)}`)
  if (run.archive) console.log(`\nThe archive: ${run.archive.path}`)
  if (failure) console.error(`\n${failure instanceof Error ? failure.message : String(failure)}`)
}

function comparisonsText(comparisons: DemoRun['comparisons']): string {
  const differences = (table: string) =>
    comparisons.reduce(
      (sum, { tables }) => sum + (tables.find((one) => one.table === table)?.differences ?? 0),
      0,
    )
  const cells = (comparisons[0]?.tables ?? []).map(({ table, rows }) => [
    table,
    rows.toLocaleString('en-US'),
    String(differences(table)),
  ])
  return textTable(['table', 'rows', 'differences'], cells)
}

/** One line for all findings of a kind in a file: the first one, and their number. */
function findingsText(findings: readonly Finding[]): string {
  const kinds = new Map<string, Finding[]>()
  for (const finding of findings) {
    const key = `${finding.severity} ${finding.code} ${finding.file}`
    kinds.set(key, [...(kinds.get(key) ?? []), finding])
  }
  return [...kinds.values()].map(kindText).join('\n')
}

function kindText(findings: readonly Finding[]): string {
  const [first] = findings
  if (!first) return ''
  const { severity, file, line, message, hint } = first
  const where = file === undefined ? '' : ` ${file}${line === undefined ? '' : `:${line}`}`
  const count = Math.max(findings.length, ...findings.map((one) => one.count ?? 1))
  const more = count > 1 ? ` (and ${(count - 1).toLocaleString('en-US')} more)` : ''
  return `${severity}${where}: ${message}${more}${hint ? ` ${hint}` : ''}`
}
