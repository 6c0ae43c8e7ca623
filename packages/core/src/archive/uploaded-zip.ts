import { type Entry, getFileNameLowLevel, validateFileName, type ZipFile } from 'yauzl'
import type { Entries, ZippedFile } from '../contracts/entries.js'
import { type ErrorCode, isPieceworkError, type PieceworkError } from '../contracts/errors.js'
import { readAhead } from './read-ahead.js'
import { recordBytes } from './record-bytes.js'
import type { ByteSource } from './source.js'
import { withZip } from './with-zip.js'
import type { ZipRecord } from './zip-record.js'

type ZipProblem = 'zip' | 'path' | 'encrypted' | 'too-large'

/** What messages call an uploaded zip, and its errors. */
export interface ZipLabels {
  /** Within a sentence: "the planning grid". */
  readonly what: string
  /** At the beginning of a sentence: "The planning grid". */
  readonly subject: string
  problem(problem: ZipProblem, message: string, cause?: unknown): PieceworkError
}

/**
 * The files of an uploaded zip, without its folders, or of an upload of loose files. Reads the directory
 * only, and holds nothing open. Paths, sizes and methods are checked less strictly than those of archives, as
 * all kinds of programs make these zips.
 */
export async function openZip(
  entries: Entries,
  path: string,
  maxFiles: number,
  labels: ZipLabels,
): Promise<readonly ZippedFile[]> {
  const assertFew = (files: number) => {
    if (files > maxFiles)
      throw labels.problem(
        'too-large',
        `${labels.subject}'s zip holds ${files} files; at most ${maxFiles} are allowed`,
      )
  }
  const loose = entries.looseFiles?.(path)
  if (loose) {
    assertFew(loose.length)
    return loose
  }
  const source = readAhead({
    size: entries.facts(path)?.size ?? 0,
    read: (range) => entries.open(path, range),
  })
  try {
    return await withZip(source, async (zip) => {
      assertFew(zip.entryCount)
      return await filesOf(zip, source, labels)
    })
  } catch (error) {
    throw asProblem(labels, error)
  }
}

async function filesOf(zip: ZipFile, source: ByteSource, labels: ZipLabels): Promise<readonly ZippedFile[]> {
  const directoryStart = zip.readEntryCursor as unknown as number
  const found: RecordOf[] = []
  for await (const entry of zip.eachEntry()) {
    const path = nameOf(entry, labels)
    if (entry.isEncrypted()) throw labels.problem('encrypted', `${path} in ${labels.what}'s zip is encrypted`)
    found.push(recordOf(entry, path, directoryStart))
  }
  setEnds(found, directoryStart)
  return found.flatMap((record): ZippedFile[] => {
    const { path, size } = record
    if (path.endsWith('/')) return []
    const open = () => contents(source, { ...record, name: record.rawName ?? Buffer.from(path) }, labels)
    return [{ name: path, size, open }]
  })
}

/** Where what begins at an offset must have ended: at the next entry, or the directory. */
function setEnds(records: readonly RecordOf[], directoryStart: number): void {
  let [next, end] = [directoryStart, directoryStart]
  for (const record of records.toSorted((a, b) => b.start - a.start)) {
    if (record.start !== next) [next, end] = [record.start, next]
    record.end = Math.min(end, directoryStart)
  }
}

function nameOf(entry: Entry, labels: ZipLabels): string {
  const name = getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false)
  if (validateFileName(name) !== null || name.includes('\0'))
    throw labels.problem('path', `${labels.subject}'s zip holds the unsafe path ${JSON.stringify(name)}`)
  return name
}

/** One of perhaps a hundred thousand: it holds no more of the directory than it needs. */
interface RecordOf extends Omit<ZipRecord, 'name' | 'method' | 'end'> {
  readonly method: number
  end: number
  /** The bytes of the name, where they are not those of `path` in UTF-8. */
  readonly rawName?: Buffer
}

function recordOf(entry: Entry, path: string, end: number): RecordOf {
  const { fileNameRaw } = entry
  return {
    path,
    method: entry.compressionMethod,
    size: entry.uncompressedSize,
    sizeInZip: entry.compressedSize,
    crc32: entry.crc32,
    start: entry.relativeOffsetOfLocalHeader,
    end,
    ...(!fileNameRaw.equals(Buffer.from(path)) && { rawName: Buffer.from(fileNameRaw) }),
  }
}

async function* contents(
  source: ByteSource,
  { method, ...record }: Omit<ZipRecord, 'method'> & { readonly method: number },
  labels: ZipLabels,
): AsyncGenerator<Uint8Array> {
  if (method !== 0 && method !== 8)
    throw labels.problem(
      'zip',
      `${record.path} in ${labels.what}'s zip is compressed by method ${method}, which is not deflate`,
    )
  try {
    yield* recordBytes(source, { ...record, method })
  } catch (error) {
    throw asProblem(labels, error)
  }
}

/** Errors about the bytes of a zip; others are those of the store, or the caller's own. */
const zipCodes: readonly ErrorCode[] = ['archive-invalid', 'archive-checksum']

function asProblem(labels: ZipLabels, cause: unknown): unknown {
  if (isPieceworkError(cause) && !zipCodes.includes(cause.code)) return cause
  const message = cause instanceof Error ? cause.message : String(cause)
  return labels.problem('zip', `${labels.subject} cannot be read as a zip: ${message}`, cause)
}
