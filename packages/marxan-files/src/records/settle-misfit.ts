import type { FindingCollector } from '@piecework/core/piece'
import type { DelimitedRecord } from './delimited-record.js'
import { delimiters } from './delimiter.js'
import { fieldCountHint } from './field-count-hint.js'
import type { RecordRules } from './record-rules.js'

export interface MisfitContext {
  readonly file: string
  readonly rules: RecordRules
  readonly findings: FindingCollector
  /** Number of fields of the header. */
  readonly expected: number
}

/** Whether a record with a wrong number of fields, or wrong quotation marks, can be used after all. Reports an error if not. */
export function settleMisfit(record: DelimitedRecord, context: MisfitContext): boolean {
  const { file, rules, findings, expected } = context
  if (rules.mixedDelimiters && (record.scanner.misquoted || record.fields < expected))
    tryDelimiters(record, context)
  const { scanner } = record
  if (scanner.misquoted) {
    findings.error('legacy/quote-invalid', { file, line: record.line }, () => ({
      message: 'Text follows a closing quotation mark',
      hint: 'Write a quotation mark inside quoted text twice.',
    }))
    return false
  }
  // More fields are fine if they are empty.
  while (scanner.fields > expected && record.isEmpty(scanner.fields - 1)) scanner.fields -= 1
  if (scanner.fields === expected) return true
  if (scanner.fields > expected ? rules.surplusFields : rules.fewerFields) return true
  reportFieldCount(record, context)
  return false
}

/** Reads the record by another delimiter if that makes the expected number of fields. */
function tryDelimiters(record: DelimitedRecord, { rules, expected }: MisfitContext): void {
  const before = record.delimiter
  for (const delimiter of delimiters) {
    record.use(delimiter)
    if (!record.read() || record.scanner.misquoted) continue
    if (record.fields === expected || (record.fields > expected && rules.surplusFields)) return
  }
  record.use(before)
  record.read()
}

function reportFieldCount(
  { bytes, scanner, line, delimiter, fields }: DelimitedRecord,
  { file, rules, findings, expected }: MisfitContext,
): void {
  rules.misfit?.(bytes.toString('latin1', scanner.starts[0], scanner.ends[0]), line)
  findings.error('legacy/field-count', { file, line }, () => {
    const hint = fieldCountHint(bytes, scanner, { expected, delimiter })
    return {
      message: `The row has ${fields} ${fields === 1 ? 'field' : 'fields'} where the header has ${expected}`,
      ...(hint !== undefined && { hint }),
    }
  })
}
