import { chunkDefaults } from '../defaults.js'
import type { ByteSource } from './source.js'

const { aheadBytes, aheadRangeBytes } = chunkDefaults

interface Window {
  readonly start: number
  readonly end: number
  readonly bytes: Promise<Buffer>
}

/**
 * Serves short ranges that follow one another from one larger read: thousands of small files of a zip take as
 * many requests as megabytes. Other ranges are read as they are, so that no order of reading takes more bytes.
 */
export function readAhead(source: ByteSource): ByteSource {
  let window: Window | undefined
  let next: number | undefined
  const load = (start: number): Window => {
    const end = Math.min(source.size, start + aheadBytes)
    const loaded: Window = { start, end, bytes: allOf(source.read({ start, end })) }
    // The reader gets the error; the next one tries again.
    loaded.bytes.catch(() => {
      if (window === loaded) window = undefined
    })
    return loaded
  }
  return {
    size: source.size,
    read: async function* ({ start, end }) {
      const follows = start === next
      next = end
      const isLoaded = window !== undefined && start >= window.start && end <= window.end
      if (!isLoaded && follows && end - start <= aheadRangeBytes && end <= source.size) window = load(start)
      else if (!isLoaded) {
        yield* source.read({ start, end })
        return
      }
      const { bytes, start: from } = window as Window
      yield (await bytes).subarray(start - from, end - from)
    },
  }
}

async function allOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all)
}
