import { pipeline } from 'node:stream/promises'
import { createInflateRaw, inflateRawSync } from 'node:zlib'
import { isPieceworkError, PieceworkError } from '../contracts/errors.js'
import { chunkDefaults, entryDefaults } from '../defaults.js'

/** What is known of the bytes before they are read. */
export interface StatedSizes {
  readonly deflatedSize: number
  /** Inflated. */
  readonly size: number
}

/**
 * Raw deflate to bytes; `archive-invalid` if it is broken or ends early. A small entry is inflated at once: to hand it to
 * a thread of zlib's takes longer.
 */
export async function* inflated(
  name: string,
  deflated: AsyncIterable<Uint8Array>,
  { deflatedSize, size }: StatedSizes,
): AsyncGenerator<Uint8Array> {
  try {
    const isSmall = Math.max(deflatedSize, size) <= entryDefaults.atOnceBytes
    if (isSmall) yield await inflatedAtOnce(deflated, size)
    else yield* inflatedAside(deflated)
  } catch (cause) {
    if (isPieceworkError(cause) || !isZlibError(cause)) throw cause
    throw new PieceworkError('archive-invalid', `Entry "${name}" cannot be inflated`, {
      cause,
      facts: { entry: name },
    })
  }
}

async function inflatedAtOnce(deflated: AsyncIterable<Uint8Array>, size: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of deflated) chunks.push(chunk)
  const [first = new Uint8Array()] = chunks
  const bytes = chunks.length === 1 ? first : Buffer.concat(chunks)
  try {
    return inflateRawSync(bytes, {
      chunkSize: Math.max(size + 1, leastChunkBytes),
      maxOutputLength: size + 1,
    })
  } catch (error) {
    // One byte too many is what the reader refuses it for.
    if ((error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') return Buffer.alloc(size + 1)
    throw error
  }
}

/** Of zlib. */
const leastChunkBytes = 64

async function* inflatedAside(deflated: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const inflate = createInflateRaw({ chunkSize: chunkDefaults.inflatedBytes })
  const done = pipeline(deflated, inflate)
  // The loop below throws it as well.
  done.catch(() => {})
  try {
    for await (const chunk of inflate) yield chunk as Buffer
    await done
  } finally {
    inflate.destroy()
  }
}

function isZlibError(error: unknown): boolean {
  return String((error as { code?: unknown } | undefined)?.code).startsWith('Z_')
}
