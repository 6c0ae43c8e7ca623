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
  let kept: Promise<Buffer> | undefined
  const bytes = (): Promise<Buffer> => {
    kept ??= allBytes(file).catch((error: unknown) => {
      kept = undefined
      throw error
    })
    return kept
  }
  return { ...file, open: (range) => chunksOf(bytes, range) }
}

async function allBytes(file: EntryFile): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of file.open()) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function* chunksOf(bytes: () => Promise<Buffer>, range?: ByteRange): AsyncGenerator<Uint8Array> {
  const all = await bytes()
  const end = Math.min(range?.end ?? all.length, all.length)
  for (let at = range?.start ?? 0; at < end; at += chunkDefaults.entryBytes)
    yield all.subarray(at, Math.min(at + chunkDefaults.entryBytes, end))
}
