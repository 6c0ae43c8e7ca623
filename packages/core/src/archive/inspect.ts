import { isPieceworkError } from '../contracts/errors.js'
import type { Finding } from '../contracts/finding.js'
import type { ResourceRef, ResourceTree } from '../contracts/resource.js'
import type { ArchiveLimits } from './limits.js'
import { openArchive } from './reader.js'
import type { ByteSource } from './source.js'
import { type ArchiveSignature, createTrust, type Trust, trustFindings } from './trust.js'

export interface ArchiveSummary {
  readonly tree: ResourceTree
  /** sha256 of the manifest's bytes, hex. */
  readonly digest: string
  /** Who signed it, and whether this host trusts them. */
  readonly signature: ArchiveSignature
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
  /** Nothing is wrong with it, and this host would import it as far as trust goes. */
  readonly ok: boolean
  readonly digest: string
  /** Who signed it, and whether this host trusts them. */
  readonly signature: ArchiveSignature
  readonly entries: number
  readonly bytes: number
  readonly rows: number
  readonly findings: readonly Finding[]
}

export async function inspectArchive(
  source: ByteSource,
  limits?: Partial<ArchiveLimits>,
  trust: Trust = createTrust(),
): Promise<ArchiveSummary> {
  const archive = await openArchive(source, limits, trust)
  try {
    const { manifest, digest, signature, about } = archive
    const pieces = manifest.pieces.map(({ resource, name, version, entries }) => ({
      resource,
      name,
      version,
      entries: entries.length,
      bytes: entries.reduce((sum, entry) => sum + entry.size, 0),
      rows: entries.reduce((sum, entry) => sum + (entry.rows ?? 0), 0),
    }))
    return { tree: manifest.tree, digest, signature, pieces, about: { ...about } }
  } finally {
    await archive.close()
  }
}

/**
 * Reads every entry to its end and counts the rows of tables. An untrusted signature is reported as the
 * policy requires. What makes an archive unreadable as a whole throws; what is wrong with entries is found.
 */
export async function verifyArchive(
  source: ByteSource,
  limits?: Partial<ArchiveLimits>,
  trust: Trust = createTrust(),
): Promise<Verification> {
  const archive = await openArchive(source, limits, trust)
  try {
    const findings: Finding[] = trustFindings(trust, archive.signature).map((finding) => ({
      ...finding,
      piece: '',
    }))
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
      ok: !findings.some(({ severity }) => severity === 'error'),
      digest: archive.digest,
      signature: archive.signature,
      entries: entries.length,
      bytes: entries.reduce((sum, entry) => sum + entry.size, 0),
      rows: entries.reduce((sum, entry) => sum + (entry.rows ?? 0), 0),
      findings,
    }
  } finally {
    await archive.close()
  }
}
