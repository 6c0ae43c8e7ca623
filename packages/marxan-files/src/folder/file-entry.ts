import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { EntryFile } from '@piecework/core/piece'
import { fileChunkBytes } from '../defaults.js'

/** A file on disk, read by ranges. */
export async function fileEntry(path: string): Promise<EntryFile> {
  const { size } = await stat(path)
  return {
    path,
    facts: { size },
    open: (range) =>
      range && range.start === range.end
        ? nothing()
        : createReadStream(path, {
            // The buffer is made for each opening, however small the file.
            highWaterMark: Math.min(fileChunkBytes, Math.max(size, 1)),
            ...(range && { start: range.start, end: range.end - 1 }),
          }),
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
