import { PassThrough, Readable, Writable } from 'node:stream'
import { crc32 } from 'node:zlib'
import type { ZipWriter } from '@zip.js/zip.js'
import type { ArtifactStore } from '../contracts/artifacts.js'
import { PieceworkError } from '../contracts/errors.js'
import type { ArchiveRef } from '../contracts/job-result.js'
import type { StagedEntry } from '../contracts/nodes.js'
import { chunkDefaults } from '../defaults.js'
import { check } from '../options/check.js'
import { checkOptions } from '../options/check-options.js'
import { type OptionChecks, required } from '../options/option-checks.js'
import { type About, writeAbout } from './about.js'
import { hashed } from './hashed.js'
import { manifestDigest, manifestPaths, readManifest } from './manifest.js'

export interface AssembleArchive {
  readonly artifacts: ArtifactStore
  /** Where the archive goes. */
  readonly key: string
  /** As `writeManifest` spells it. */
  readonly manifest: Uint8Array
  /** `manifest.sig`, as `SignManifest` makes it. Absent: the archive is not signed. */
  readonly signature?: Uint8Array
  readonly about: About
  /** `path` in the zip, as `entryPath` makes it: all that the manifest lists, in its order. */
  readonly entries: readonly { readonly path: string; readonly staged: StagedEntry }[]
  readonly signal?: AbortSignal
}

const assembleChecks: OptionChecks<AssembleArchive> = {
  artifacts: required(check.having<ArtifactStore>('an artifact store', 'put', 'open')),
  key: required(check.text),
  manifest: required(check.anything),
  signature: check.anything,
  about: required(check.anything),
  entries: required(check.anything),
  signal: check.signal,
}

/** Splices staged entries into one zip without inflating them. Equal input, equal bytes. */
export async function assembleArchive(given: AssembleArchive): Promise<ArchiveRef> {
  const assembly = checkOptions('assembleArchive()', given, assembleChecks)
  assertListed(assembly)
  const Writer = await zipWriter()
  const zip = new PassThrough({ highWaterMark: chunkDefaults.zipBytes })
  // Whichever side fails ends the other.
  const end = (error: unknown): never => {
    zip.destroy(error as Error)
    throw error
  }
  const passing = hashed(zip)
  const [put, write] = await Promise.allSettled([
    assembly.artifacts.put(assembly.key, passing.bytes).catch(end),
    writeZip(assembly, zip, Writer).catch(end),
  ])
  if (put.status === 'rejected') throw put.reason
  if (write.status === 'rejected') throw write.reason
  return {
    artifact: assembly.key,
    size: put.value,
    digest: manifestDigest(assembly.manifest),
    sha256: passing.sha256(),
  }
}

/** Eight megabytes of memory, which processes that put no archive together are spared. */
async function zipWriter(): Promise<typeof ZipWriter> {
  const { configure, ZipWriter } = await import('@zip.js/zip.js')
  // It writes as many entries at once as there are cores, of all writers together: an archive whose store is slow would hold
  // up all others.
  configure({ maxWorkers: Number.MAX_SAFE_INTEGER })
  return ZipWriter
}

/** What goes into one zip entry, stored or deflated already. */
interface ZipPart {
  readonly path: string
  readonly bytes: AsyncIterable<Uint8Array>
  readonly method: 0 | 8
  readonly size: number
  readonly sizeInZip: number
  readonly crc32: number
}

/** 1980-01-01 00:00, the beginning of DOS time, which has no time zone. */
const fixedTime = 0x00210000

async function writeZip(
  assembly: AssembleArchive,
  zip: PassThrough,
  Writer: typeof ZipWriter,
): Promise<void> {
  const writer = new Writer(Writable.toWeb(zip) as WritableStream, {
    useWebWorkers: false,
    extendedTimestamp: false,
    keepOrder: true,
  })
  for (const part of zipParts(assembly)) {
    assembly.signal?.throwIfAborted()
    const source = {
      readable: Readable.toWeb(Readable.from(part.bytes)) as ReadableStream,
      size: part.sizeInZip,
    }
    await writer.add(part.path, source, {
      passThrough: true,
      compressionMethod: part.method,
      uncompressedSize: part.size,
      crc32: part.crc32,
      rawLastModDate: fixedTime,
      ...(assembly.signal && { signal: assembly.signal }),
    })
  }
  await writer.close()
}

function* zipParts({ artifacts, manifest, signature, about, entries }: AssembleArchive): Generator<ZipPart> {
  yield stored('manifest.json', manifest)
  if (signature) yield stored('manifest.sig', signature)
  yield stored('about.json', writeAbout(about))
  for (const { path, staged } of entries)
    yield {
      path,
      bytes: asStaged(path, staged, artifacts.open(staged.artifact)),
      method: staged.stored ? 0 : 8,
      size: staged.size,
      sizeInZip: staged.deflatedSize,
      crc32: staged.crc32,
    }
}

function stored(path: string, bytes: Uint8Array): ZipPart {
  const one = async function* (): AsyncGenerator<Uint8Array> {
    yield bytes
  }
  return {
    path,
    bytes: one(),
    method: 0,
    size: bytes.length,
    sizeInZip: bytes.length,
    crc32: crc32(bytes),
  }
}

/** The header has been written with this size. */
async function* asStaged(
  path: string,
  { deflatedSize: size, deflatedCrc32 }: StagedEntry,
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let seen = 0
  let crc = 0
  for await (const chunk of bytes) {
    seen += chunk.length
    if (seen > size) break
    crc = crc32(chunk, crc)
    yield chunk
  }
  const facts = { entry: path }
  if (seen !== size)
    throw new PieceworkError('archive-checksum', `Staged entry "${path}" is not the ${size} bytes it was`, {
      facts,
    })
  if (crc !== deflatedCrc32)
    throw new PieceworkError(
      'archive-checksum',
      `Staged entry "${path}" is damaged: its bytes have changed since`,
      { facts },
    )
}

function assertListed({ manifest, entries }: AssembleArchive): void {
  const listed = [...manifestPaths(readManifest(manifest))]
  const same =
    listed.length === entries.length &&
    listed.every(({ path, entry }, index) => {
      const given = entries[index]
      return path === given?.path && entry.sha256 === given.staged.sha256 && entry.size === given.staged.size
    })
  if (!same)
    throw new PieceworkError(
      'internal',
      'The entries to assemble are not those of the manifest, in its order',
    )
}
