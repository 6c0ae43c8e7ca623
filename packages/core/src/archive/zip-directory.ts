import type { Entry } from 'yauzl'
import { isPieceworkError, PieceworkError } from '../contracts/errors.js'
import { collected } from './entries.js'
import { clashingPath, pathFault } from './entry-path.js'
import { type ArchiveLimits, assertRatio, assertWithin } from './limits.js'
import { filePaths, folderAround } from './packed-again.js'
import type { ByteSource } from './source.js'
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
      const found: Entry[] = []
      const directoryStart = zip.readEntryCursor as unknown as number
      for await (const entry of zip.eachEntry()) {
        assertWithin('The length of a path', nameBytes(entry).length, limits.pathLength)
        found.push(entry)
      }
      const files = filePaths(found.map(pathIn))
      const entries = found.filter(
        (entry) => files.has(pathIn(entry)) || (entry.uncompressedSize > 0 && pathIn(entry).endsWith('/')),
      )
      assertWithin('The number of entries', entries.length, limits.entries + metaEntries)
      const folder = folderAround(entries.map(pathIn))
      const records = entries.map((entry) => recordOf(entry, folder, limits))
      const behind = await reader.bytes(zip.readEntryCursor as unknown as number, 4)
      if (!directoryEnds.some((mark) => behind.equals(mark)))
        throw invalidZip('The zip file has more entries than it says')
      const places = found.map((entry) => entry.relativeOffsetOfLocalHeader)
      return checkedTogether(records, [...places, directoryStart], limits)
    })
  } catch (cause) {
    throw translated(cause)
  }
}

const directoryEnds = ['PK\x05\x06', 'PK\x06\x06'].map((mark) => Buffer.from(mark, 'latin1'))
/** manifest.json, manifest.sig, about.json. */
const metaEntries = 3

/** Left undecoded: names of ours are ASCII. */
const nameBytes = (entry: Entry): Buffer => entry.fileName as unknown as Buffer

const pathIn = (entry: Entry): string => nameBytes(entry).toString('latin1')

function recordOf(entry: Entry, folder: string, limits: ArchiveLimits): Omit<ZipRecord, 'end'> {
  const path = pathOf(entry, folder)
  const name = JSON.stringify(path)
  if (entry.isEncrypted() || entry.compressionMethod === aes)
    throw new PieceworkError('archive-encrypted', `Entry ${name} is encrypted`)
  const kind = (entry.externalFileAttributes >>> 16) & 0xf000
  if ((kind !== 0 && kind !== regularFile) || (entry.externalFileAttributes & dosDirectory) !== 0)
    throw invalidZip(`Entry ${name} is not a regular file`)
  const method = entry.compressionMethod
  if (method !== 0 && method !== 8) throw invalidZip(`Entry ${name} is compressed by method ${method}`)
  assertWithin(`The size of entry ${name}`, entry.uncompressedSize, limits.entryBytes)
  assertRatio(
    `entry ${name}`,
    { inflated: entry.uncompressedSize, deflated: entry.compressedSize },
    limits.entryRatio,
    limits.ratioFreeBytes,
  )
  return {
    path,
    name: nameBytes(entry),
    method,
    size: entry.uncompressedSize,
    sizeInZip: entry.compressedSize,
    crc32: entry.crc32,
    start: entry.relativeOffsetOfLocalHeader,
  }
}

const aes = 99
const regularFile = 0x8000
const dosDirectory = 0x10
const unicodePathField = 0x7075

function pathOf(entry: Entry, folder: string): string {
  const path = pathIn(entry).slice(folder.length)
  const name = JSON.stringify(path)
  const fault = pathFault(path)
  if (fault) throw invalidZip(`The path ${name} ${fault}`)
  if (entry.extraFields.some((field) => field.id === unicodePathField))
    throw invalidZip(`Entry ${name} has a second name`)
  return path
}

function checkedTogether(
  records: readonly Omit<ZipRecord, 'end'>[],
  /** Where something begins: every entry of the zip, and its directory. */
  places: readonly number[],
  limits: ArchiveLimits,
): ReadonlyMap<string, ZipRecord> {
  const clash = clashingPath(records.map(({ path }) => path))
  if (clash !== undefined) throw invalidZip(`The path "${clash}" is taken by another entry`)

  const total = { inflated: 0, deflated: 0 }
  const byPath = new Map<string, ZipRecord>()
  const inOrder = [...places].sort((a, b) => a - b)
  const ends = new Map<number, number>()
  for (const [index, start] of inOrder.entries())
    if (!ends.has(start)) ends.set(start, inOrder[index + 1] ?? start)
  for (const record of records) {
    total.inflated += record.size
    total.deflated += record.sizeInZip
    const end = ends.get(record.start) ?? record.start
    // The local header's own length may be larger still; that is looked at when the entry is read.
    if (record.start + localHeaderBytes + record.name.length + record.sizeInZip > end)
      throw invalidZip(`Entry "${record.path}" overlaps what comes behind it`)
    byPath.set(record.path, { ...record, end })
  }
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
