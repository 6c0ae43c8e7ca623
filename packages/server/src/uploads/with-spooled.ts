import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { withTemporaryFolder } from '@piecework/core/store'
import { httpError } from '../problems/http-error.js'

interface SpoolOptions {
  readonly maxBytes: number
  /** The client has gone. */
  readonly signal: AbortSignal
}

/**
 * Keeps the bytes in a temporary file while they are used: an archive is read from its end. Throws `http/too-large`.
 */
export async function withSpooled<T>(
  bytes: AsyncIterable<Uint8Array>,
  { maxBytes, signal }: SpoolOptions,
  use: (file: string) => Promise<T>,
): Promise<T> {
  return withTemporaryFolder({ purpose: 'upload', signal }, async (folder) => {
    const file = join(folder, 'archive.zip')
    await pipeline(upTo(bytes, maxBytes), createWriteStream(file, { mode: 0o600 }), { signal })
    return use(file)
  })
}

async function* upTo(bytes: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const chunk of bytes) {
    size += chunk.length
    if (size > maxBytes)
      throw httpError('http/too-large', `This body is larger than ${maxBytes} bytes.`, {
        facts: { size, maxBytes },
      })
    yield chunk
  }
}
