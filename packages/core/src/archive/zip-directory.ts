import type { Entry, ZipFile } from 'yauzl'
import { isPieceworkError, PieceworkError } from '../contracts/errors.js'
import { pauseDefaults, zipEntryDefaults } from '../defaults.js'
import { pause } from '../system-environment.js'
import { collected } from './entries.js'
import { clashSteps, pathFault } from './entry-path.js'
import { type ArchiveLimits, assertRatio, assertWithin } from './limits.js'
import { filePaths, folderAround } from './packed-again.js'
import type { ByteSource } from './source.js'
import { each, inSteps, type Steps } from './steps.js'
import { withZip } from './with-zip.js'
import { invalidZip, localHeaderBytes, localHeaderMark, type ZipRecord } from './zip-record.js'

/** Reads and checks the central directory, and nothing else. By path in the zip. */
export async function readDirectory(
  source: ByteSource,
  limits: ArchiveLimits,
): Promise<ReadonlyMap<string, ZipRecord>> {
  assertWithin('The size of the archive', source.size, limits.archiveBytes)
  const start = await collected('', source.read({ start: 0, end: Math.min(4, source.size) }), 4)
  if (!start.equals(localHeaderMark)) throw invalidZip('This is not a zip file')
  try {
    return await withZip(source, async (zip, reader) => {
      // Each entry may have a folder of its own, which is counted by the zip, too.
      assertWithin('The number of entries', zip.entryCount, 2 * (limits.entries + metaEntries))
      const directoryStart = zip.readEntryCursor as unknown as number
      const found = await foundEntries(zip, limits)
      const files = await inSteps(filePaths(found.map(({ path }) => path)))
      const entries = found.filter(({ path, size }) => files.has(path) || (size > 0 && path.endsWith('/')))
      assertWithin('The number of entries', entries.length, limits.entries + metaEntries)
      const behind = await reader.bytes(zip.readEntryCursor as unknown as number, 4)
      const folder = folderAround(entries.map(({ path }) => path))
      await pause()
      const records: Omit<ZipRecord, 'end'>[] = []
      await inSteps(each(entries, (entry) => records.push(recordOf(entry, folder, limits))))
      if (!directoryEnds.some((mark) => behind.equals(mark)))
        throw invalidZip('The zip file has more entries than it says')
      const places = found.map(({ start }) => start)
      return await inSteps(checkedTogether(records, [...places, directoryStart], limits))
    })
  } catch (cause) {
    throw translated(cause)
  }
}

const directoryEnds = ['PK\x05\x06', 'PK\x06\x06'].map((mark) => Buffer.from(mark, 'latin1'))
/** manifest.json, manifest.sig, about.json. */
const metaEntries = 3

/** What is looked at of an entry; the rest is not held. */
interface FoundEntry extends Omit<ZipRecord, 'end' | 'method'> {
  readonly method: number
  readonly encrypted: boolean
  readonly attributes: number
  readonly secondName: boolean
}

async function foundEntries(zip: ZipFile, limits: ArchiveLimits): Promise<readonly FoundEntry[]> {
  const found: FoundEntry[] = []
  for await (const entry of zip.eachEntry()) {
    const one = foundEntry(entry)
    assertWithin('The length of a path', one.name.length, limits.pathLength)
    const { extraFieldLength, fileCommentLength } = entry
    assertWithin(
      'The length of the extra fields of an entry',
      extraFieldLength + fileCommentLength,
      zipEntryDefaults.extraBytes,
    )
    if (one.path.split('/').length > zipEntryDefaults.pathSegments + 2)
      throw invalidZip(
        `The path ${JSON.stringify(one.path)} has more than ${zipEntryDefaults.pathSegments} parts`,
      )
    found.push(one)
    if (found.length % pauseDefaults.entries === 0) await pause()
  }
  return found
}

function foundEntry(entry: Entry): FoundEntry {
  // Left undecoded: names of ours are ASCII.
  const name = entry.fileName as unknown as Buffer
  return {
    path: name.toString('latin1'),
    name,
    method: entry.compressionMethod,
    size: entry.uncompressedSize,
    sizeInZip: entry.compressedSize,
    crc32: entry.crc32,
    start: entry.relativeOffsetOfLocalHeader,
    encrypted: entry.isEncrypted(),
    attributes: entry.externalFileAttributes,
    secondName: entry.extraFields.some((field) => field.id === unicodePathField),
  }
}

function recordOf(entry: FoundEntry, folder: string, limits: ArchiveLimits): Omit<ZipRecord, 'end'> {
  const { name, method, size, sizeInZip, crc32, start, attributes } = entry
  const path = pathOf(entry, folder)
  const shown = JSON.stringify(path)
  if (entry.encrypted || method === aes)
    throw new PieceworkError('archive-encrypted', `Entry ${shown} is encrypted`)
  const kind = (attributes >>> 16) & 0xf000
  if ((kind !== 0 && kind !== regularFile) || (attributes & dosDirectory) !== 0)
    throw invalidZip(`Entry ${shown} is not a regular file`)
  if (method !== 0 && method !== 8) throw invalidZip(`Entry ${shown} is compressed by method ${method}`)
  assertWithin(`The size of entry ${shown}`, size, limits.entryBytes)
  const sizes = { inflated: size, deflated: sizeInZip }
  assertRatio(`entry ${shown}`, sizes, limits.entryRatio, limits.ratioFreeBytes)
  return { path, name, method, size, sizeInZip, crc32, start }
}

const aes = 99
const regularFile = 0x8000
const dosDirectory = 0x10
const unicodePathField = 0x7075

function pathOf(entry: FoundEntry, folder: string): string {
  const path = entry.path.slice(folder.length)
  const name = JSON.stringify(path)
  const fault = pathFault(path)
  if (fault) throw invalidZip(`The path ${name} ${fault}`)
  if (entry.secondName) throw invalidZip(`Entry ${name} has a second name`)
  return path
}

function* checkedTogether(
  records: readonly Omit<ZipRecord, 'end'>[],
  /** Where something begins: every entry of the zip, and its directory. */
  places: readonly number[],
  limits: ArchiveLimits,
): Steps<ReadonlyMap<string, ZipRecord>> {
  const clash = yield* clashSteps(records.map(({ path }) => path))
  if (clash !== undefined) throw invalidZip(`The path "${clash}" is taken by another entry`)

  const total = { inflated: 0, deflated: 0 }
  const byPath = new Map<string, ZipRecord>()
  const inOrder = [...places].sort((a, b) => a - b)
  const ends = new Map<number, number>()
  yield* each(inOrder, (start, index) => {
    if (!ends.has(start)) ends.set(start, inOrder[index + 1] ?? start)
  })
  yield* each(records, (record) => {
    total.inflated += record.size
    total.deflated += record.sizeInZip
    const end = ends.get(record.start) ?? record.start
    // The local header's own length may be larger still; that is looked at when the entry is read.
    if (record.start + localHeaderBytes + record.name.length + record.sizeInZip > end)
      throw invalidZip(`Entry "${record.path}" overlaps what comes behind it`)
    byPath.set(record.path, { ...record, end })
  })
  assertWithin('The size of all entries', total.inflated, limits.totalBytes)
  assertRatio('the archive', total, limits.totalRatio, limits.ratioFreeBytes)
  return byPath
}

function translated(cause: unknown): unknown {
  if (isPieceworkError(cause) || !(cause instanceof Error) || 'code' in cause) return cause
  // yauzl has no codes; this is its whole message for flag bit 6.
  if (cause.message === 'strong encryption is not supported')
    return new PieceworkError('archive-encrypted', 'The archive is encrypted', { cause })
  return invalidZip(`The zip file is broken or truncated: ${cause.message}`, cause)
}
