import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { EntryFile } from '@piecework/core/piece'

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
            highWaterMark: 2 ** 18,
            ...(range && { start: range.start, end: range.end - 1 }),
          }),
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
