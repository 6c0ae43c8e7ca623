import { NUMBER } from '../numbers/decimal.js'
import { binaryKind } from '../records/binary-kind.js'
import type { HeaderLine } from '../records/record-rules.js'
import { reportBinary } from '../records/report-binary.js'
import { textKind } from '../records/text-kind.js'
import type { Columns } from './columns.js'
import { columnsByName } from './columns-by-name.js'
import { columnsByPosition } from './columns-by-position.js'
import type { HeaderContext, HeaderFields } from './header-context.js'

/** Undefined if the table cannot be read; the errors have been reported. */
export function readHeader<C extends Columns>(
  { names, delimiter, bytes, start, end, head }: HeaderLine,
  context: HeaderContext<C>,
): HeaderFields | undefined {
  const { layout, meanings, findings, location } = context
  const lower = names.map((name) => name.toLowerCase())
  const hasKnown = lower.some((name) => meanings.has(name))
  if (!hasKnown && (hasControl(bytes.subarray(start, end)) || binaryKind(head))) {
    reportBinary(findings, location, head)
    return undefined
  }
  const kind = hasKnown ? undefined : textKind(lineText(bytes, start, end))
  if (kind) {
    findings.error('legacy/not-a-table', location, () => ({
      message: `${location.file} is not a table: it is ${kind.what}`,
      hint: kind.hint,
    }))
    return undefined
  }
  if (NUMBER.test(names[0] ?? '')) {
    findings.error('legacy/no-header', location, () => ({
      message: 'The first line holds numbers instead of the names of the columns',
      hint: `Put a line with the names of its columns before it, in their order and separated as they are: ${Object.keys(layout.columns).join(', ')}.`,
    }))
    return undefined
  }
  if (layout.header && !layout.header(lower, findings, location.file)) return undefined
  if (delimiter === ' ' && names.length > 1)
    findings.warning('legacy/delimiter-blanks', location, () => ({
      message: 'The columns are separated by blanks',
      hint: 'Put one tab or one comma between columns, and leave blanks inside of names: Marxan itself does not read blanks as separators.',
    }))
  return columnsByPosition(names, context) ?? columnsByName(names, context)
}

/** Longest beginning of a line that is looked at, in bytes. */
const longestKind = 64

const lineText = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.from(bytes.subarray(start, Math.min(end, start + longestKind)))
    .toString('utf8')
    .replace(/^\uFEFF/, '')

/** Whether a byte stands for no text. */
const hasControl = (bytes: Uint8Array): boolean =>
  bytes.some((byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d)
