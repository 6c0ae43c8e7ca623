const newline = 0x0a
const comma = 0x2c

export async function* textBytes(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}

/** The rows of a COPY under another header. */
export async function* underHeader(
  header: string,
  csv: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`${header}\n`)
  yield* withoutHeader(csv)
}

/** The rows of a COPY of one column as cells that follow others on their line: `,1,0,1`. Values hold no newlines. */
export async function* asCells(csv: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let last: Buffer | undefined
  for await (const chunk of withoutHeader(csv)) {
    if (chunk.length === 0) continue
    if (last) yield last
    else yield Buffer.from(',')
    last = Buffer.from(chunk)
    for (let at = last.indexOf(newline); at >= 0; at = last.indexOf(newline, at + 1)) last[at] = comma
  }
  if (last) yield last.subarray(0, -1)
}

async function* withoutHeader(csv: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let header = true
  for await (const chunk of csv) {
    const end = header ? chunk.indexOf(newline) : -1
    if (header && end < 0) continue
    header = false
    yield chunk.subarray(end + 1)
  }
}
