import type { Finding } from '@piecework/core/store'

/** One line for each finding, as a failing law prints them; empty if there are none. */
export function findingsText(findings: readonly Omit<Finding, 'piece'>[]): string {
  return findings
    .map(({ severity, code, file, line, column, count, message }) => {
      const place = [file, line !== undefined && `line ${line}`, column !== undefined && `column "${column}"`]
      const where = place.filter((part) => part !== undefined && part !== false).join(', ')
      const times = count === undefined ? '' : ` (${count})`
      return `\n  ${severity} ${code}${where === '' ? '' : `, ${where}`}${times}: ${message}`
    })
    .join('')
}

/** The sentence and what was found. */
export const withFindings = (sentence: string, findings: readonly Omit<Finding, 'piece'>[]): string =>
  findings.length === 0 ? sentence : `${sentence} Found:${findingsText(findings)}`
