import { check, type FindingCollector, type OptionChecks, required } from '@piecework/core/piece'
import { NUMBER } from '../numbers/decimal.js'
import type { DelimitedRecord } from '../records/delimited-record.js'
import { feed } from '../records/feed.js'
import { RecordReader } from '../records/record-reader.js'
import type { RecordRules, RecordShape } from '../records/record-rules.js'
import { columnName } from './column-name.js'
import { headerNames } from './header-names.js'
import { isOutputError } from './output-problem.js'

/** What a kind of file of results looks like. */
export interface ResultLayout {
  /** Whether a column's name, in the form of `columnName`, is one of this kind of file. */
  isKnown(name: string): boolean
  /**
   * Takes the header. The number of fields of a record, or undefined if the file cannot be read: the errors have been reported. Called with
   * no names if the first record is not a header.
   */
  header(names: readonly string[], line: number): number | undefined
  /** The file may lack its header, and records may lack fields. */
  readonly headerless?: true
  /** A text in a record may hold the delimiter. */
  readonly surplusFields?: true
  record(record: DelimitedRecord): void
}

export interface ReadResultOptions {
  readonly findings: FindingCollector
  readonly signal?: AbortSignal
}

export const readResultChecks: OptionChecks<ReadResultOptions> = {
  findings: required(check.having<FindingCollector>('a FindingCollector', 'error', 'warning')),
  signal: check.signal,
}

/**
 * Reads a file of results record by record. The delimiter is that of the header, or of each record if that differs. Never throws because of
 * what the file holds: everything that is wrong becomes a finding.
 */
export async function readRecords(
  file: { readonly name: string; open(): AsyncIterable<Uint8Array> },
  layout: ResultLayout,
  { findings, signal }: ReadResultOptions,
): Promise<void> {
  const reader = new RecordReader(file.name, recordRules(file.name, layout, findings), findings)
  try {
    for await (const _ of feed(reader, file.open(), signal))
      while (reader.next()) layout.record(reader.record)
  } catch (error) {
    if (!isOutputError(error)) throw error
    findings.error(error.code, { file: file.name }, () => ({ message: error.message }))
  }
}

function recordRules(file: string, layout: ResultLayout, findings: FindingCollector): RecordRules {
  const isKnown = (name: string) => layout.isKnown(columnName(name))
  return {
    isKnown,
    mixedDelimiters: true,
    ...(layout.headerless && { fewerFields: true }),
    ...(layout.surplusFields && { surplusFields: true }),
    header: (header): RecordShape | undefined => {
      const { line, delimiter } = header
      const isRecord = NUMBER.test(header.names[0] ?? '')
      if (isRecord && !layout.headerless) {
        findings.error('legacy/no-header', { file, line }, () => ({
          message: 'The first line holds numbers instead of the names of the columns',
        }))
        return undefined
      }
      const fields = layout.header(isRecord ? [] : headerNames(header, isKnown), line)
      if (fields === undefined) return undefined
      return { delimiter, fields, ...(isRecord && { headerless: true }) }
    },
  }
}
