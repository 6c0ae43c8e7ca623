import type { ArtifactStore, ByteRange } from '../contracts/artifacts.js'
import { chunkDefaults } from '../defaults.js'
import { systemEnvironment } from '../system-environment.js'
import { artifactKeySegments } from './artifact-key.js'
import { artifactNotFound } from './artifact-not-found.js'
import { type ArtifactStoreOptions, checkArtifactOptions } from './artifact-store-options.js'

/** Artifacts in this process's memory; for tests and small hosts. */
export function memoryArtifacts(given?: ArtifactStoreOptions): ArtifactStore {
  const { environment = systemEnvironment } = checkArtifactOptions('memoryArtifacts()', given)
  const artifacts = new Map<string, { readonly bytes: Buffer; readonly createdAt: Date }>()

  async function* open(key: string, range?: ByteRange): AsyncGenerator<Uint8Array> {
    const artifact = artifacts.get(key)
    if (!artifact) throw artifactNotFound(key)
    const end = Math.min(range?.end ?? Number.POSITIVE_INFINITY, artifact.bytes.length)
    for (let start = range?.start ?? 0; start < end; start += chunkDefaults.artifactBytes)
      yield artifact.bytes.subarray(start, Math.min(start + chunkDefaults.artifactBytes, end))
  }

  return {
    put: async (key, bytes) => {
      artifactKeySegments(key)
      const chunks: Uint8Array[] = []
      for await (const chunk of bytes) chunks.push(Uint8Array.from(chunk))
      const whole = Buffer.concat(chunks)
      artifacts.set(key, { bytes: whole, createdAt: new Date(environment.now()) })
      return whole.length
    },
    open: (key, range) => {
      artifactKeySegments(key)
      return open(key, range)
    },
    stat: async (key) => {
      artifactKeySegments(key)
      const artifact = artifacts.get(key)
      return artifact && { size: artifact.bytes.length, createdAt: artifact.createdAt }
    },
    delete: async (key) => {
      artifactKeySegments(key)
      for (const other of [...artifacts.keys()])
        if (other === key || other.startsWith(`${key}/`)) artifacts.delete(other)
    },
    list: async function* (prefix) {
      artifactKeySegments(prefix)
      yield* [...artifacts.keys()].filter((key) => key === prefix || key.startsWith(`${prefix}/`)).sort()
    },
  }
}
