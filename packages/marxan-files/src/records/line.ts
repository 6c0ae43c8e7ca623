const LF = 0x0a
const CR = 0x0d
/** Blanks and delimiters. */
const BLANK: ReadonlySet<number> = new Set([0x20, 0x09, 0x2c, 0x3b])
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf]

/** Offset behind the line, with its end, that begins at `from`; `bytes[to - 1]` must be the last byte of an end of line. */
export function lineEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = from
  while (bytes[at] !== LF && bytes[at] !== CR) at += 1
  return bytes[at] === CR && at + 1 < to && bytes[at + 1] === LF ? at + 2 : at + 1
}

/** Whether the lines in `bytes[from, to)` hold nothing but blanks and delimiters. */
export function isBlankLine(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at] as number
    if (byte !== LF && byte !== CR && !BLANK.has(byte)) return false
  }
  return true
}

/** Offset behind the UTF-8 byte order mark at `from`, if there is one. */
export const withoutByteOrderMark = (bytes: Uint8Array, from: number): number =>
  BYTE_ORDER_MARK.every((byte, at) => bytes[from + at] === byte) ? from + BYTE_ORDER_MARK.length : from
