import { PieceworkError } from '../contracts/errors.js'

/** Passes bytes on; throws `storage` at the end if they are fewer, or as soon as they are more. */
export async function* expectLength(
  artifact: string,
  bytes: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<Uint8Array> {
  let seen = 0
  for await (const chunk of bytes) {
    seen += chunk.length
    if (seen > size) throw cutShort(artifact, seen, size)
    yield chunk
  }
  if (seen < size) throw cutShort(artifact, seen, size)
}

/** Somewhere between us and the store, bytes are missing. */
export function cutShort(artifact: string, seen: number, size: number): PieceworkError {
  const message = `The artifact store gives ${seen} of the ${size} bytes of "${artifact}".`
  return new PieceworkError('storage', message, { retryable: true, facts: { key: artifact } })
}
