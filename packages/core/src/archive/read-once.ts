import type { ByteRange } from '../contracts/artifacts.js'
import { chunkDefaults } from '../defaults.js'
import type { EntryFile } from './entries.js'
import { memoBytes } from './memo.js'

/**
 * The same file, opened once: its bytes are kept, and later openings and ranges are served from them. A file
 * of more than 16 MB is opened each time.
 */
export function readOnce(file: EntryFile): EntryFile {
  if (file.facts.size > memoBytes) return file
  let kept: Promise<readonly Uint8Array[]> | undefined
  const chunks = (): Promise<readonly Uint8Array[]> => {
    kept ??= allChunks(file).catch((error: unknown) => {
      kept = undefined
      throw error
    })
    return kept
  }
  return { ...file, open: (range) => bytesOf(chunks, range) }
}

/** As they came: to join them would copy all. */
async function allChunks(file: EntryFile): Promise<readonly Uint8Array[]> {
  const chunks: Uint8Array[] = []
  for await (const chunk of file.open()) chunks.push(chunk)
  return chunks
}

async function* bytesOf(
  chunks: () => Promise<readonly Uint8Array[]>,
  { start, end }: ByteRange = { start: 0, end: Number.POSITIVE_INFINITY },
): AsyncGenerator<Uint8Array> {
  let before = 0
  for (const chunk of await chunks()) {
    if (before >= end) return
    const to = Math.min(end - before, chunk.length)
    for (let at = Math.max(start - before, 0); at < to; at += chunkDefaults.entryBytes)
      yield chunk.subarray(at, Math.min(at + chunkDefaults.entryBytes, to))
    before += chunk.length
  }
}
