import type { FindingCollector } from '@piecework/core/piece'
import { isInvisible, namedCharacters, oddCharacters } from '../text/unusual-characters.js'
import { decode } from './decode.js'
import type { DelimitedRecord } from './delimited-record.js'
import { delimiters } from './delimiter.js'
import { fieldCountHint } from './field-count-hint.js'
import type { RecordRules } from './record-rules.js'

/** Bytes of a line that is looked at for what cannot be seen. */
const longestInvisibleLine = 64

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
  if (isInvisibleLine(record, context)) return false
  if (rules.mixedDelimiters && (record.scanner.misquoted || record.fields < expected))
    tryDelimiters(record, context)
  const { scanner } = record
  if (scanner.misquoted) {
    findings.error('legacy/quote-invalid', { file, line: record.line }, () => ({
      message: 'Text follows a closing quotation mark',
      hint: 'Put all of the text into quotation marks and write those inside of it twice: "the ""old"" reef".',
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

/** Programs of DOS end a file with Ctrl-Z; other characters are left by web pages and editors. */
function isInvisibleLine(
  { bytes, scanner, line }: DelimitedRecord,
  { file, findings }: MisfitContext,
): boolean {
  const [start, end] = [scanner.starts[0] ?? 0, scanner.ends[0] ?? 0]
  if (scanner.fields !== 1 || end - start > longestInvisibleLine) return false
  const { text } = decode(bytes.subarray(start, end))
  if (!isInvisible(text)) return false
  findings.warning('legacy/invisible-characters', { file, line }, () => ({
    message: `The line holds nothing but ${namedCharacters(oddCharacters(text))}; it is passed over`,
    hint: 'Delete the line.',
  }))
  return true
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
