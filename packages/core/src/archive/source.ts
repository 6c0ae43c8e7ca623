import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { artifactNotFound } from '../artifacts/artifact-not-found.js'
import type { ArtifactStore, ByteRange } from '../contracts/artifacts.js'
import { PieceworkError } from '../contracts/errors.js'
import { chunkDefaults } from '../defaults.js'
import { expectLength } from './expect-length.js'

/** Bytes that can be read from any place, several at once. */
export interface ByteSource {
  readonly size: number
  read(range: ByteRange): AsyncIterable<Uint8Array>
}

/** Throws `artifact-not-found`. */
export async function artifactSource(artifacts: ArtifactStore, key: string): Promise<ByteSource> {
  const found = await artifacts.stat(key)
  if (!found) throw artifactNotFound(key)
  return {
    size: found.size,
    read: (range) => expectLength(key, artifacts.open(key, range), range.end - range.start),
  }
}

/**
 * A file of the caller's own choosing; opened anew by each read. Throws `input-incomplete` if there is none.
 */
export async function fileSource(path: string): Promise<ByteSource> {
  const found = await stat(path).catch((cause: unknown) => {
    throw unreadable(path, cause)
  })
  if (!found.isFile()) throw unreadable(path)
  return {
    size: found.size,
    read: async function* ({ start, end }) {
      const highWaterMark = Math.min(chunkDefaults.fileBytes, end - start)
      if (start < end) yield* createReadStream(path, { start, end: end - 1, highWaterMark })
    },
  }
}

/** The same; its reads end with the signal's reason once it is aborted. */
export function abortable({ size, read }: ByteSource, signal: AbortSignal): ByteSource {
  return {
    size,
    read: async function* (range) {
      for await (const chunk of read(range)) {
        signal.throwIfAborted()
        yield chunk
      }
    },
  }
}

/** The whole of such a file. */
export async function* fileBytes(path: string): AsyncGenerator<Uint8Array> {
  const { size, read } = await fileSource(path)
  yield* read({ start: 0, end: size })
}

function unreadable(path: string, cause?: unknown): PieceworkError {
  return new PieceworkError('input-incomplete', `There is no file "${path}" that can be read.`, { cause })
}
