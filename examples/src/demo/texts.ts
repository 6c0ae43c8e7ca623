import type { Finding, JobReport, JobUpdate } from '@piecework/core'

export function progressText({ nodes, nodesDone, running, progress }: JobUpdate): string {
  const now = running.map(
    (node) =>
      `${node.piece ?? node.task}${node.progress ? ` ${node.progress.done.toLocaleString('en-US')}` : ''}`,
  )
  const left =
    progress.remainingMs === undefined ? '' : `, about ${Math.ceil(progress.remainingMs / 1000)} s left`
  return `${nodesDone} of ${nodes} nodes done${left}${now.length > 0 ? `; now ${now.join(', ')}` : ''}`
}

export function rowsText({ counts }: JobReport): string {
  const rows = `${counts.rows.toLocaleString('en-US')} rows`
  return counts.skipped > 0 ? `${rows}, ${counts.skipped.toLocaleString('en-US')} skipped` : rows
}

export function bytesText(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}

export function findingsText(findings: readonly Finding[]): string {
  const warnings = findings.filter((finding) => finding.severity === 'warning').length
  return warnings === 0 ? 'no warnings' : `${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`
}
