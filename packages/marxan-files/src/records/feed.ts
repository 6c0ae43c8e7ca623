import type { RecordReader } from './record-reader.js'

/**
 * Feeds the bytes of a file to a reader. Yields each time there may be records to take with `reader.next()`: take all of them. Reports what
 * is wrong with the file as a whole at the end.
 */
export async function* feed(
  reader: RecordReader,
  source: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): AsyncGenerator<void> {
  for await (const chunk of source) {
    signal?.throwIfAborted()
    reader.append(chunk)
    yield
    if (reader.stopped) return
  }
  reader.finish()
  yield
  reader.close()
}
