import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { PieceworkError } from '../contracts/errors.js'

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

export function differs(name: string, how: string): PieceworkError {
  return new PieceworkError('archive-checksum', `Entry "${name}" ${how}`, { facts: { entry: name } })
}
