import type { Entries } from '../contracts/entries.js'
import { PieceworkError } from '../contracts/errors.js'
import type { NewFinding } from '../contracts/finding.js'
import { defaultLimits, entryDefaults, manifestDefaults } from '../defaults.js'
import { checkOptions } from '../options/check-options.js'
import { type About, readAbout } from './about.js'
import { collected, type EntryFile, entriesOf, entryFacts, wholeOnly } from './entries.js'
import { entryError } from './entry-error.js'
import { type ArchiveNode, entryPath } from './entry-path.js'
import { joinedParts } from './joined-parts.js'
import type { JsonScan } from './json-scan.js'
import { type ArchiveLimits, archiveLimitChecks, assertRatio, assertWithin } from './limits.js'
import {
  digestSteps,
  type Manifest,
  type ManifestEntry,
  manifestPaths,
  manifestScan,
  manifestSteps,
} from './manifest.js'
import { nearLimits } from './near-limits.js'
import { noManifest, packAgain } from './packed-again.js'
import { recordBytes } from './record-bytes.js'
import type { ByteSource } from './source.js'
import { each, inSteps, type Steps } from './steps.js'
import { type ArchiveSignature, createTrust, type Trust } from './trust.js'
import { readDirectory } from './zip-directory.js'
import type { ZipRecord } from './zip-record.js'

/**
 * An archive whose directory and manifest have been checked; its entries are checked while they are read,
 * several at once.
 */
export interface Archive {
  readonly manifest: Manifest
  /** sha256 of the manifest's bytes, hex. */
  readonly digest: string
  readonly signature: ArchiveSignature
  /** Absent: the archive has none. */
  readonly about?: About
  /** Limits of which it takes nearly all. */
  readonly findings: readonly NewFinding[]
  /** Of one node; none if the manifest does not list it. */
  entries(node: ArchiveNode): Entries
  /**
   * Reads all entries, in the manifest's order, and counts the rows of tables; `path` is the one in the zip.
   */
  verify(): AsyncIterable<{ readonly path: string; readonly error?: PieceworkError }>
  /** What is read afterwards is refused. */
  close(): Promise<void>
}

type Directory = ReadonlyMap<string, ZipRecord>

/**
 * Reads directory, manifest, signature and about; inflates no data. Whether the signature suffices is decided
 * by the caller. Everything in it is hostile until proven otherwise.
 */
export async function openArchive(
  source: ByteSource,
  limits?: Partial<ArchiveLimits>,
  trust: Pick<Trust, 'check'> = createTrust(),
): Promise<Archive> {
  const allowed = { ...defaultLimits, ...checkOptions('openArchive()', limits, archiveLimitChecks) }
  const directory = await readDirectory(source, allowed)
  const manifestBytes = await manifestOf(source, directory, allowed)
  // Before anything of the manifest is parsed: the caller may refuse it for its signature.
  const signature = trust.check(
    manifestBytes,
    await small(source, directory, 'manifest.sig', manifestDefaults.signatureBytes),
  )
  const manifest = await inSteps(manifestSteps(manifestBytes))
  await inSteps(assertSameEntries(manifest, directory, allowed))
  const sizes = { archiveBytes: source.size, manifestBytes: manifestBytes.length, manifest, directory }
  const findings = await inSteps(nearLimits(sizes, allowed))
  const digest = await inSteps(digestSteps(manifestBytes))
  const nodes = new Map(manifest.pieces.map((piece) => [nodeKey(piece), piece]))
  const aboutBytes = await small(source, directory, 'about.json', manifestDefaults.aboutBytes)
  let closed = false

  const open = async function* (path: string, entry: ManifestEntry): AsyncGenerator<Uint8Array> {
    if (closed) throw new PieceworkError('internal', `The archive was closed before "${path}" was read`)
    yield* recordBytes(source, recordAt(directory, path), entry)
  }

  return {
    manifest,
    digest,
    signature,
    findings,
    ...(aboutBytes && { about: readAbout(aboutBytes) }),
    entries: (node) => {
      const listed = nodes.get(nodeKey(node))
      const files = (listed?.entries ?? []).map((entry): EntryFile => {
        const path = entryPath(manifest.tree, node, entry.path)
        return {
          path: entry.path,
          facts: entryFacts(limited(entry, allowed)),
          open: wholeOnly(path, () => open(path, entry)),
        }
      })
      return entriesOf(listed?.parts === undefined ? files : joinedParts(files))
    },
    verify: async function* () {
      for (const { path, entry } of manifestPaths(manifest)) {
        const error = await entryError(path, limited(entry, allowed), () => open(path, entry))
        yield error ? { path, error } : { path }
      }
    },
    close: async () => {
      closed = true
    },
  }
}

/** What no export of this host could write, no import takes. */
const limited = (entry: ManifestEntry, { recordBytes }: ArchiveLimits): ManifestEntry =>
  entry.recordBytes === undefined && recordBytes < entryDefaults.recordBytes
    ? { ...entry, recordBytes }
    : entry

const metaPaths: ReadonlySet<string> = new Set(['manifest.json', 'manifest.sig', 'about.json'])

const nodeKey = ({ resource, name }: ArchiveNode): string =>
  JSON.stringify([resource.kind, resource.id, name])

async function manifestOf(source: ByteSource, directory: Directory, limits: ArchiveLimits): Promise<Buffer> {
  const record = directory.get('manifest.json')
  if (!record) throw noManifest()
  const { ratio, ratioFreeBytes } = manifestDefaults
  assertRatio('manifest.json', { inflated: record.size, deflated: record.sizeInZip }, ratio, ratioFreeBytes)
  return bytesOf(source, record, 'manifest.json', limits.manifestBytes, manifestScan())
}

function recordAt(directory: Directory, path: string): ZipRecord {
  const record = directory.get(path)
  if (!record) throw new PieceworkError('archive-invalid', `The manifest lists "${path}", which is missing`)
  return record
}

function* assertSameEntries(manifest: Manifest, directory: Directory, limits: ArchiveLimits): Steps<void> {
  const listed = new Set<string>()
  yield* each(manifestPaths(manifest), ({ path, entry }) => {
    const { size } = recordAt(directory, path)
    if (size !== entry.size)
      throw new PieceworkError(
        'archive-invalid',
        `Entry "${path}" has ${size} bytes where the manifest says ${entry.size}`,
      )
    assertWithin(`The longest record of entry "${path}"`, entry.recordBytes ?? 0, limits.recordBytes)
    listed.add(path)
  })
  yield* each(directory.keys(), (path) => {
    if (!listed.has(path) && !metaPaths.has(path))
      throw new PieceworkError(
        'archive-invalid',
        `Entry "${path}" is not listed in the manifest; ${packAgain}`,
      )
  })
}

async function small(
  source: ByteSource,
  directory: Directory,
  path: string,
  limit: number,
): Promise<Buffer | undefined> {
  const record = directory.get(path)
  return record && bytesOf(source, record, path, limit)
}

async function bytesOf(
  source: ByteSource,
  record: ZipRecord,
  path: string,
  limit: number,
  scan?: JsonScan,
): Promise<Buffer> {
  assertWithin(`The size of ${path}`, record.size, limit)
  return collected(`The size of ${path}`, recordBytes(source, record), limit, scan)
}
