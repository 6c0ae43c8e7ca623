import type { FindingCollector, FindingLocation } from '@piecework/core/piece'

export function reportBinary(findings: FindingCollector, location: FindingLocation): void {
  findings.error('legacy/binary', location, () => ({
    message: `${location.file} is not a text file`,
    hint: 'Save it as plain text in UTF-8: spreadsheets, zip files and UTF-16 text ("Unicode" in Windows) cannot be read.',
  }))
}
