import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { httpError } from '../problems/http-error.js'

/**
 * Keeps the bytes in a temporary file while they are used: an archive is read from its end. Throws `http/too-large`.
 */
export async function withSpooled<T>(
  bytes: AsyncIterable<Uint8Array>,
  maxBytes: number,
  use: (file: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'piecework-upload-'))
  try {
    const file = join(folder, 'archive.zip')
    await pipeline(upTo(bytes, maxBytes), createWriteStream(file, { mode: 0o600 }))
    return await use(file)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
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
