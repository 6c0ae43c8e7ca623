import { artifactNotFound } from '../artifacts/artifact-not-found.js'
import type { ArtifactStore, ByteRange } from '../contracts/artifacts.js'
import type { Upload, UploadPart } from '../contracts/upload.js'

/** Key of the part that begins at this offset, in bytes. */
export function partKey(artifact: string, offset: number, { fence }: Pick<UploadPart, 'fence'>): string {
  return `${artifact}/${offset}-${fence}`
}

/** The store, in which each of these files that came in parts is one artifact. */
export function joinedArtifacts(artifacts: ArtifactStore, uploads: readonly Upload[]): ArtifactStore {
  const joined = new Map(
    uploads.flatMap((upload) => (upload.parts ? [[upload.artifact, partsOf(upload)]] : [])),
  )
  if (joined.size === 0) return artifacts
  return {
    put: (key, bytes) => artifacts.put(key, bytes),
    delete: (key) => artifacts.delete(key),
    list: (prefix) => artifacts.list(prefix),
    stat: async (key) => {
      const parts = joined.get(key)
      const last = parts?.at(-1)
      if (!parts || !last) return artifacts.stat(key)
      // Parts are deleted together.
      const found = await artifacts.stat(last.key)
      return found && { ...found, size: found.size - (last.end - last.start) + last.end }
    },
    open: (key, range) => {
      const parts = joined.get(key)
      return parts ? openParts(artifacts, key, parts, range) : artifacts.open(key, range)
    },
  }
}

interface PlacedPart extends ByteRange {
  readonly key: string
}

function partsOf({ artifact, parts = [] }: Upload): readonly PlacedPart[] {
  let start = 0
  return parts.map((part) => {
    const placed = { key: partKey(artifact, start, part), start, end: start + part.size }
    start = placed.end
    return placed
  })
}

async function* openParts(
  artifacts: ArtifactStore,
  key: string,
  parts: readonly PlacedPart[],
  range: ByteRange = { start: 0, end: Number.POSITIVE_INFINITY },
): AsyncGenerator<Uint8Array> {
  if (parts.length === 0) throw artifactNotFound(key)
  for (const part of parts) {
    const start = Math.max(range.start, part.start)
    const end = Math.min(range.end, part.end)
    if (start >= end) continue
    const isWhole = start === part.start && end === part.end
    yield* artifacts.open(
      part.key,
      isWhole ? undefined : { start: start - part.start, end: end - part.start },
    )
  }
}
