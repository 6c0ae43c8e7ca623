import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { ArtifactStore } from '@piecework/core/store'

let collect: (() => void) | undefined

/**
 * Bytes that this process holds on the heap and in buffers once all garbage is collected, which takes some milliseconds. Unlike
 * the resident size it does not depend on what else the machine does.
 */
export function heldMemory(): number {
  if (!collect) {
    setFlagsFromString('--expose-gc')
    collect = runInNewContext('gc') as () => void
  }
  // Memory of buffers that the first collection finds is given back before the second ends.
  collect()
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

export interface MemoryWatch {
  /** The store that is watched: memory is looked at whenever so many bytes have gone into it or come out. */
  readonly artifacts: ArtifactStore
  look(): void
  /** Most bytes held at any moment that was looked at. */
  most(): number
  /** How many moments that were. */
  moments(): number
}

/** Looks at `heldMemory` at moments that depend on the bytes that have passed, not on the time. */
export function memoryWatch(artifacts: ArtifactStore, everyBytes: number): MemoryWatch {
  let [most, moments, passed] = [0, 0, 0]
  const look = (): void => {
    most = Math.max(most, heldMemory())
    moments += 1
    passed = 0
  }
  const watched = async function* (bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      yield chunk
      passed += chunk.length
      if (passed >= everyBytes) look()
    }
  }
  return {
    artifacts: {
      ...artifacts,
      put: (key, bytes) => artifacts.put(key, watched(bytes)),
      open: (key, range) => watched(artifacts.open(key, range)),
    },
    look,
    most: () => most,
    moments: () => moments,
  }
}
