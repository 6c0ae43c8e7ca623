import type { FindingCollector, FindingLocation } from '@piecework/core/piece'
import { binaryKind } from './binary-kind.js'

/** `head` is the beginning of the file, where it is known. */
export function reportBinary(
  findings: FindingCollector,
  location: FindingLocation,
  head: Uint8Array = new Uint8Array(),
): void {
  const kind = binaryKind(head)
  const { file, line } = location
  findings.error('legacy/binary', location, () =>
    kind
      ? { message: `${file} is not a text file in UTF-8: it is ${kind.what}`, hint: kind.hint }
      : {
          message: `${file} is not a text file: ${line === undefined ? 'it' : `line ${line}`} holds bytes that stand for no text, as U+0000 NULL`,
          hint: 'Copy it again from where it came from; save a spreadsheet as CSV or tab-delimited text, in UTF-8.',
        },
  )
}
