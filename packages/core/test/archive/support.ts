import { type ArtifactStore, memoryArtifacts, type ResourceRef } from '@piecework/core'
import {
  type About,
  assembleArchive,
  entryPath,
  type Manifest,
  stageEntry,
  writeManifest,
} from '@piecework/core/archive'
import type { ResourceTree, StagedEntry } from '@piecework/core/piece'

/** Bytes in chunks of `step`. */
export async function* chunks(content: Uint8Array | string, step = 1000): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(content)
  for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step)
}

export async function bytesOf(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const chunk of source) all.push(chunk)
  return Buffer.concat(all)
}

/** What is to be archived: pieces of resources with their entries' bytes. */
export interface Content {
  readonly tree: ResourceTree
  readonly pieces: readonly {
    readonly resource: ResourceRef
    readonly name: string
    readonly entries: Readonly<Record<string, Uint8Array | string>>
  }[]
}

export const about: About = { createdAt: '2020-02-02T02:02:02.000Z', author: 'ann', program: 'piecework 0' }

export interface Archived {
  readonly artifacts: ArtifactStore
  readonly key: string
  readonly digest: string
  readonly bytes: Buffer
  /** By path in the zip. */
  readonly contents: ReadonlyMap<string, Buffer>
}

/** Stages and assembles; `step` is the size of the chunks in which content comes. */
export async function archive(
  content: Content,
  step = 1000,
  artifacts: ArtifactStore = memoryArtifacts(),
): Promise<Archived> {
  const entries: { path: string; staged: StagedEntry }[] = []
  const contents = new Map<string, Buffer>()
  const pieces: Manifest['pieces'][number][] = []
  for (const { resource, name, entries: files } of content.pieces) {
    const listed: Manifest['pieces'][number]['entries'][number][] = []
    for (const path of Object.keys(files).sort()) {
      const bytes = Buffer.from(files[path] ?? '')
      const key = `staged/${entries.length}`
      const staged = await stageEntry({ artifacts, key, path, bytes: chunks(bytes, step) })
      const inZip = entryPath(content.tree, { resource, name }, path)
      entries.push({ path: inZip, staged })
      contents.set(inZip, bytes)
      listed.push({ path, size: staged.size, sha256: staged.sha256 })
    }
    pieces.push({ resource, name, version: 1, entries: listed })
  }
  const manifest = writeManifest({ format: 'piecework-archive', version: 1, tree: content.tree, pieces })
  const key = 'archives/one.zip'
  const { digest } = await assembleArchive({ artifacts, key, manifest, about, entries })
  return { artifacts, key, digest, bytes: await bytesOf(artifacts.open(key)), contents }
}
