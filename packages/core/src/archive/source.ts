import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { ArtifactStore, ByteRange } from '../contracts/artifacts.js'
import { PieceworkError } from '../contracts/errors.js'

/** Bytes that can be read from any place, several at once. */
export interface ByteSource {
  readonly size: number
  read(range: ByteRange): AsyncIterable<Uint8Array>
}

/** Throws `artifact-not-found`. */
export async function artifactSource(artifacts: ArtifactStore, key: string): Promise<ByteSource> {
  const found = await artifacts.stat(key)
  if (!found) throw new PieceworkError('artifact-not-found', `There is no artifact "${key}"`)
  return { size: found.size, read: (range) => artifacts.open(key, range) }
}

/** A file of the caller's own choosing; opened anew by each read. */
export async function fileSource(path: string): Promise<ByteSource> {
  const { size } = await stat(path)
  return {
    size,
    read: async function* ({ start, end }) {
      if (start < end) yield* createReadStream(path, { start, end: end - 1 })
    },
  }
}
