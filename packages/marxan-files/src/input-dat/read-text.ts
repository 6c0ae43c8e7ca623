import type { FindingCollector } from '@piecework/core/piece'
import { maxInputDatBytes } from '../defaults.js'
import { binaryHeadBytes } from '../records/binary-kind.js'
import { decode } from '../records/decode.js'
import { reportBinary } from '../records/report-binary.js'

/** The whole text of input.dat. Undefined, with an error, if it is too large, not text or empty. */
export async function readText(
  source: AsyncIterable<Uint8Array>,
  file: string,
  findings: FindingCollector,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of source) {
    signal?.throwIfAborted()
    size += chunk.byteLength
    if (size > maxInputDatBytes) {
      findings.error('legacy/file-too-large', { file }, () => ({
        message: `${file} is larger than ${maxInputDatBytes} bytes`,
      }))
      return undefined
    }
    chunks.push(chunk)
  }
  const bytes = Buffer.concat(chunks)
  if (bytes.includes(0)) {
    reportBinary(findings, { file }, bytes.subarray(0, binaryHeadBytes))
    return undefined
  }
  const { text } = decode(bytes)
  if (text.trim() !== '') return text
  findings.error('legacy/file-empty', { file }, () => ({ message: `${file} is empty` }))
  return undefined
}
