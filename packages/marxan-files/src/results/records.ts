import type { FindingCollector } from '../findings.js'
import { LineBuffer } from '../records/line-buffer.js'
import { RecordReader } from '../records/record-reader.js'
import { isOutputError } from './output-problem.js'
import type { RecordLayout } from './record-layout.js'

export interface RecordOptions {
  readonly findings: FindingCollector
  readonly signal?: AbortSignal
}

/**
 * Reads a file of results record by record. The delimiter is that of the header, or of each record where that differs. Never throws because of
 * what the file holds: everything that is wrong becomes a finding.
 */
export async function readRecords(
  file: { readonly name: string; open(): AsyncIterable<Uint8Array> },
  layout: RecordLayout,
  { findings, signal }: RecordOptions,
): Promise<void> {
  const buffer = new LineBuffer()
  const reader = new RecordReader(file.name, layout, findings)
  try {
    for await (const chunk of file.open()) {
      signal?.throwIfAborted()
      buffer.append(chunk)
      reader.read(buffer)
      if (reader.stopped) return
    }
    buffer.finish()
    reader.read(buffer)
    reader.finish(buffer)
  } catch (error) {
    if (!isOutputError(error)) throw error
    findings.error(error.code, { file: file.name }, () => ({ message: error.message }))
  }
}
