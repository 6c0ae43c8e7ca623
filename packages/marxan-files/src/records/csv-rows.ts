const newline = 0x0a
const comma = 0x2c

/** CSV with its own header, as databases write it. Read once. */
export type CsvRows = AsyncIterable<Uint8Array>

/** The rows under another header. */
export async function* underHeader(header: string, rows: CsvRows): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`${header}\n`)
  yield* withoutHeader(rows)
}

/** The rows of one column as cells that follow others on their line: `,1,0,1`. Values hold no newlines. */
export async function* asCells(rows: CsvRows): AsyncGenerator<Uint8Array> {
  let last: Buffer | undefined
  for await (const chunk of withoutHeader(rows)) {
    if (chunk.length === 0) continue
    if (last) yield last
    else yield Buffer.from(',')
    last = Buffer.from(chunk)
    for (let at = last.indexOf(newline); at >= 0; at = last.indexOf(newline, at + 1)) last[at] = comma
  }
  if (last) yield last.subarray(0, -1)
}

/** The rows without their own header. */
export async function* withoutHeader(rows: CsvRows): AsyncGenerator<Uint8Array> {
  let header = true
  for await (const chunk of rows) {
    const end = header ? chunk.indexOf(newline) : -1
    if (header && end < 0) continue
    header = false
    yield chunk.subarray(end + 1)
  }
}
