import { createHash } from 'node:crypto'
import { pipeline } from 'node:stream/promises'
import { crc32, createInflateRaw } from 'node:zlib'
import { isPieceworkError, PieceworkError } from '../contracts/errors.js'

/** What the bytes of an entry must turn out to be. */
export interface ExpectedBytes {
  readonly size: number
  readonly sha256?: string
  readonly crc32?: number
}

/** Passes bytes on; throws `archive-checksum` as soon as there are too many, or at the end if they differ. */
export async function* verifyBytes(
  name: string,
  bytes: AsyncIterable<Uint8Array>,
  expected: ExpectedBytes,
): AsyncGenerator<Uint8Array> {
  const hash = expected.sha256 === undefined ? undefined : createHash('sha256')
  let size = 0
  let crc = 0
  for await (const chunk of bytes) {
    size += chunk.length
    if (size > expected.size) throw differs(name, `has more than its ${expected.size} bytes`)
    hash?.update(chunk)
    if (expected.crc32 !== undefined) crc = crc32(chunk, crc)
    yield chunk
  }
  if (size < expected.size) throw differs(name, `has ${size} of its ${expected.size} bytes`)
  if (expected.crc32 !== undefined && crc !== expected.crc32)
    throw differs(name, 'is damaged: its CRC-32 is not the one in the archive')
  if (hash && hash.digest('hex') !== expected.sha256)
    throw differs(name, 'is not the one that was exported: its sha256 is not the one in the manifest')
}

function differs(name: string, how: string): PieceworkError {
  return new PieceworkError('archive-checksum', `Entry "${name}" ${how}`, { facts: { entry: name } })
}

/** Raw deflate to bytes; `archive-invalid` if it is broken or ends early. */
export async function* inflated(
  name: string,
  deflated: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const inflate = createInflateRaw({ chunkSize: 64 * 1024 })
  const done = pipeline(deflated, inflate)
  // The loop below throws it as well.
  done.catch(() => {})
  try {
    for await (const chunk of inflate) yield chunk as Buffer
    await done
  } catch (cause) {
    if (isPieceworkError(cause) || !isZlibError(cause)) throw cause
    throw new PieceworkError('archive-invalid', `Entry "${name}" cannot be inflated`, {
      cause,
      facts: { entry: name },
    })
  } finally {
    inflate.destroy()
  }
}

function isZlibError(error: unknown): boolean {
  return String((error as { code?: unknown } | undefined)?.code).startsWith('Z_')
}
