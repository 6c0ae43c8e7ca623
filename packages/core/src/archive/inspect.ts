import { isPieceworkError } from '../contracts/errors.js'
import type { Finding } from '../contracts/finding.js'
import type { ResourceRef, ResourceTree } from '../contracts/resource.js'
import type { ArchiveLimits } from './limits.js'
import { openArchive } from './reader.js'
import type { ByteSource } from './source.js'

export interface ArchiveSummary {
  readonly tree: ResourceTree
  /** sha256 of the manifest's bytes, hex. */
  readonly digest: string
  readonly pieces: readonly {
    readonly resource: ResourceRef
    readonly name: string
    readonly version: number
    readonly entries: number
    /** Uncompressed. */
    readonly bytes: number
    readonly rows: number
  }[]
  /** Who, when and with what, as the archive claims; nothing trusts it. */
  readonly about: Readonly<Record<string, unknown>>
}

export interface Verification {
  readonly ok: boolean
  readonly digest: string
  readonly entries: number
  readonly bytes: number
  readonly rows: number
  readonly findings: readonly Finding[]
}

export async function inspectArchive(
  source: ByteSource,
  limits?: Partial<ArchiveLimits>,
): Promise<ArchiveSummary> {
  const archive = await openArchive(source, limits)
  try {
    const { manifest, digest, about } = archive
    const pieces = manifest.pieces.map(({ resource, name, version, entries }) => ({
      resource,
      name,
      version,
      entries: entries.length,
      bytes: entries.reduce((sum, entry) => sum + entry.size, 0),
      rows: entries.reduce((sum, entry) => sum + (entry.rows ?? 0), 0),
    }))
    return { tree: manifest.tree, digest, pieces, about: { ...about } }
  } finally {
    await archive.close()
  }
}

/** Reads every entry to its end. What makes an archive unreadable as a whole throws; what is wrong with entries is found. */
export async function verifyArchive(
  source: ByteSource,
  limits?: Partial<ArchiveLimits>,
): Promise<Verification> {
  const archive = await openArchive(source, limits)
  try {
    const findings: Finding[] = []
    for await (const { path, error } of archive.verify()) {
      if (!error) continue
      const code = isPieceworkError(error) ? error.code : 'internal'
      findings.push({
        severity: 'error',
        code: `core/${code}`,
        piece: '',
        file: path,
        message: error.message,
      })
    }
    const entries = archive.manifest.pieces.flatMap((piece) => piece.entries)
    return {
      ok: findings.length === 0,
      digest: archive.digest,
      entries: entries.length,
      bytes: entries.reduce((sum, entry) => sum + entry.size, 0),
      rows: entries.reduce((sum, entry) => sum + (entry.rows ?? 0), 0),
      findings,
    }
  } finally {
    await archive.close()
  }
}
