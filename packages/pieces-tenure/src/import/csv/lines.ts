import { isUtf8 } from 'node:buffer'

export interface Line {
  /** From 1. */
  readonly number: number
  /** Without its line feed; of a longer one than allowed, its beginning. */
  readonly text: string
  readonly isUtf8: boolean
  readonly isTooLong: boolean
}

const newline = 0x0a
const mark = Buffer.from([0xef, 0xbb, 0xbf])

/** The lines of a text, of which no more than `most` bytes are held. What is not UTF-8 becomes U+FFFD. */
export async function* linesOf(
  bytes: AsyncIterable<Uint8Array>,
  most: number,
): AsyncGenerator<readonly Line[]> {
  let number = 1
  let held: Buffer[] = []
  let size = 0
  const take = (end: Buffer): Line => {
    const whole = held.length === 0 ? end : Buffer.concat([...held, end])
    const content = number === 1 && whole.subarray(0, 3).equals(mark) ? whole.subarray(3) : whole
    const isTooLong = size + end.length > most
    held = []
    size = 0
    return {
      number: number++,
      text: content.toString('utf8'),
      isUtf8: isTooLong || isUtf8(content),
      isTooLong,
    }
  }
  for await (const chunk of bytes) {
    const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
    const lines: Line[] = []
    let at = 0
    for (let end = buffer.indexOf(newline); end !== -1; end = buffer.indexOf(newline, at)) {
      lines.push(take(buffer.subarray(at, end)))
      at = end + 1
    }
    const rest = buffer.subarray(at)
    // Of a line that is too long the end does not matter; the chunk may be the reader's own.
    if (rest.length > 0 && size <= most) held.push(Buffer.from(rest))
    size += rest.length
    if (lines.length > 0) yield lines
  }
  if (size > 0) yield [take(Buffer.alloc(0))]
}
