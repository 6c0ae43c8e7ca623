import type { ArtifactStore, ResourceRef } from '@piecework/core'
import { artifactSource, type Manifest, openArchive, writeManifest } from '@piecework/core/archive'
import { bytesOf } from '../archive/support.js'
import { type HandmadeEntry, zipBytes } from '../archive/zip-bytes.js'

/** What an attacker may put in the place of an archive's parts. */
export interface Tampering {
  readonly manifest?: (manifest: Manifest, bytes: Buffer) => Uint8Array
  /** Undefined takes it away. Absent: the one that was there. */
  readonly signature?: (manifest: Buffer) => Uint8Array | string | undefined
}

/** The same archive, written anew with other parts, under a key of its own. */
export async function tampered(
  artifacts: ArtifactStore,
  key: string,
  { manifest, signature }: Tampering,
): Promise<string> {
  const archive = await openArchive(await artifactSource(artifacts, key))
  const before = Buffer.from(writeManifest(archive.manifest))
  const after = Buffer.from(manifest?.(archive.manifest, before) ?? before)
  const sig = signature ? signature(after) : await storedSignature(artifacts, key)
  const entries: HandmadeEntry[] = [{ path: 'manifest.json', bytes: after, method: 0 }]
  if (sig !== undefined) entries.push({ path: 'manifest.sig', bytes: sig, method: 0 })
  for (const { resource, name } of archive.manifest.pieces) {
    const own = archive.entries({ resource, name })
    for (const path of own.paths) {
      const folder = sameRef(resource, archive.manifest.tree) ? '' : `${resource.kind}/${resource.id}/`
      entries.push({ path: `${folder}${name}/${path}`, bytes: await bytesOf(own.open(path)) })
    }
  }
  const made = `tampered/${entries.length}-${Math.random().toString(36).slice(2)}.zip`
  await artifacts.put(made, once(zipBytes({ entries })))
  return made
}

/** `manifest.sig` as it stands, stored, in an archive of ours. */
export async function storedSignature(artifacts: ArtifactStore, key: string): Promise<Buffer | undefined> {
  const zip = await bytesOf(artifacts.open(key))
  const name = zip.indexOf('manifest.sig')
  if (name === -1) return undefined
  const start = zip.indexOf('{', name)
  return zip.subarray(start, zip.indexOf('}\n', start) + 2)
}

const sameRef = (a: ResourceRef, b: ResourceRef) => a.kind === b.kind && a.id === b.id

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
