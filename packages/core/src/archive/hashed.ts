import { createHash } from 'node:crypto'

/** The same bytes; `sha256()`, in hex, is of those that have passed so far. */
export function hashed(bytes: AsyncIterable<Uint8Array>): {
  readonly bytes: AsyncIterable<Uint8Array>
  sha256(): string
} {
  const hash = createHash('sha256')
  return {
    bytes: (async function* () {
      for await (const chunk of bytes) {
        hash.update(chunk)
        yield chunk
      }
    })(),
    sha256: () => hash.copy().digest('hex'),
  }
}
