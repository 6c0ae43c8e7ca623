import type { Entries } from '../contracts/entries.js'
import { PieceworkError } from '../contracts/errors.js'
import { defaultLimits } from '../defaults.js'
import { checkOptions } from '../options/check-options.js'
import { type About, readAbout } from './about.js'
import { collected, type EntryFile, entriesOf, entryFacts, wholeOnly } from './entries.js'
import { entryError } from './entry-error.js'
import { type ArchiveNode, entryPath } from './entry-path.js'
import { type ArchiveLimits, archiveLimitChecks, assertWithin } from './limits.js'
import { type Manifest, type ManifestEntry, manifestDigest, manifestPaths, readManifest } from './manifest.js'
import { noManifest, packAgain } from './packed-again.js'
import { recordBytes } from './record-bytes.js'
import { signatureBytes } from './signature.js'
import type { ByteSource } from './source.js'
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
  const manifestBytes = await small(source, directory, 'manifest.json', allowed.manifestBytes)
  if (!manifestBytes) throw noManifest()
  const manifest = readManifest(manifestBytes)
  assertSameEntries(manifest, directory)
  for (const { path, entry } of manifestPaths(manifest))
    assertWithin(`The longest record of entry "${path}"`, entry.recordBytes ?? 0, allowed.recordBytes)
  const signature = trust.check(manifestBytes, await small(source, directory, 'manifest.sig', signatureBytes))
  const aboutBytes = await small(source, directory, 'about.json', aboutLimit)
  let closed = false

  const open = async function* (path: string, entry: ManifestEntry): AsyncGenerator<Uint8Array> {
    if (closed) throw new PieceworkError('internal', `The archive was closed before "${path}" was read`)
    yield* recordBytes(source, recordAt(directory, path), entry)
  }

  return {
    manifest,
    digest: manifestDigest(manifestBytes),
    signature,
    ...(aboutBytes && { about: readAbout(aboutBytes) }),
    entries: (node) => {
      const files = entriesIn(manifest, node).map((entry): EntryFile => {
        const path = entryPath(manifest.tree, node, entry.path)
        return {
          path: entry.path,
          facts: entryFacts(entry),
          open: wholeOnly(path, () => open(path, entry)),
        }
      })
      return entriesOf(files)
    },
    verify: async function* () {
      for (const { path, entry } of manifestPaths(manifest)) {
        const error = await entryError(path, entry, () => open(path, entry))
        yield error ? { path, error } : { path }
      }
    },
    close: async () => {
      closed = true
    },
  }
}

const aboutLimit = 1024 * 1024
const metaPaths: ReadonlySet<string> = new Set(['manifest.json', 'manifest.sig', 'about.json'])

function entriesIn(manifest: Manifest, { resource, name }: ArchiveNode): readonly ManifestEntry[] {
  const piece = manifest.pieces.find(
    (one) => one.name === name && one.resource.kind === resource.kind && one.resource.id === resource.id,
  )
  return piece?.entries ?? []
}

function recordAt(directory: Directory, path: string): ZipRecord {
  const record = directory.get(path)
  if (!record) throw new PieceworkError('archive-invalid', `The manifest lists "${path}", which is missing`)
  return record
}

function assertSameEntries(manifest: Manifest, directory: Directory): void {
  const listed = new Set<string>()
  for (const { path, entry } of manifestPaths(manifest)) {
    const { size } = recordAt(directory, path)
    if (size !== entry.size)
      throw new PieceworkError(
        'archive-invalid',
        `Entry "${path}" has ${size} bytes where the manifest says ${entry.size}`,
      )
    listed.add(path)
  }
  for (const path of directory.keys())
    if (!listed.has(path) && !metaPaths.has(path))
      throw new PieceworkError(
        'archive-invalid',
        `Entry "${path}" is not listed in the manifest; ${packAgain}`,
      )
}

async function small(
  source: ByteSource,
  directory: Directory,
  path: string,
  limit: number,
): Promise<Buffer | undefined> {
  const record = directory.get(path)
  if (!record) return undefined
  assertWithin(`The size of ${path}`, record.size, limit)
  return collected(`The size of ${path}`, recordBytes(source, record), limit)
}
