import type { ArtifactStore } from '@piecework/core'
import { artifactSource, entryPath, openArchive, writeManifest } from '@piecework/core/archive'
import type { Files } from './mutants.js'

/** The files of an archive of ours. */
export async function filesOf(artifacts: ArtifactStore, key: string): Promise<Files> {
  const { manifest, entries: entriesOf } = await openArchive(await artifactSource(artifacts, key))
  const files = [{ path: 'manifest.json', bytes: Buffer.from(writeManifest(manifest)) }]
  for (const { resource, name, entries } of manifest.pieces) {
    const all = entriesOf({ resource, name })
    const parts = new Map<string, number>()
    for (const { path } of entries) {
      const table = `${path.slice(0, path.lastIndexOf('/'))}.csv`
      const number = (parts.get(table) ?? 0) + 1
      parts.set(table, number)
      const opened = all.paths.includes(path) ? all.open(path) : all.part?.(table, number).open(table)
      const chunks: Uint8Array[] = []
      for await (const chunk of opened ?? []) chunks.push(chunk)
      files.push({ path: entryPath(manifest.tree, { resource, name }, path), bytes: Buffer.concat(chunks) })
    }
  }
  return files
}

/** Keys of all that jobs have in the store, but for one. */
export async function keysBut(artifacts: ArtifactStore, but: string): Promise<string[]> {
  const keys: string[] = []
  for (const prefix of ['jobs', 'archives'])
    for await (const key of artifacts.list(prefix)) if (key !== but) keys.push(key)
  return keys
}
