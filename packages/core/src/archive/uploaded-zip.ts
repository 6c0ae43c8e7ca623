import { pipeline, Readable } from 'node:stream'
import { crc32, createInflateRaw } from 'node:zlib'
import {
  type Entry,
  fromRandomAccessReaderPromise,
  getFileNameLowLevel,
  RandomAccessReader,
  validateFileName,
  type ZipFile,
} from 'yauzl'
import type { Entries } from '../contracts/entries.js'
import { isPieceworkError, type PieceworkError } from '../contracts/errors.js'

export interface ZippedFile {
  /** As the archive names it; never used as a path. */
  readonly name: string
  /** Inflated, as the archive states it; reading fails where it is not so. */
  readonly size: number
  readonly compressedSize: number
  open(): AsyncIterable<Uint8Array>
}

export interface Zip {
  readonly files: readonly ZippedFile[]
  close(): void
}

type ZipProblem = 'zip' | 'path' | 'encrypted' | 'too-large'

/** What an uploaded zip is called, and the errors about it. */
export interface ZipLabels {
  /** Inside a sentence: "the planning grid". */
  readonly what: string
  problem(problem: ZipProblem, message: string, cause?: unknown): PieceworkError
}

/** Reads the directory of an uploaded zip of at most `mostFiles`; contents only when a file is opened. */
export async function openZip(
  entries: Entries,
  path: string,
  mostFiles: number,
  words: ZipLabels,
): Promise<Zip> {
  const size = entries.facts(path)?.size ?? 0
  const subject = subjectOf(words)
  const zip = await readable(subject, words, () =>
    fromRandomAccessReaderPromise(new UploadReader(entries, path), size, {
      autoClose: false,
      lazyEntries: true,
      decodeStrings: false,
    }),
  )
  try {
    if (zip.entryCount > mostFiles)
      throw words.problem(
        'too-large',
        `${subject}'s zip holds ${zip.entryCount} files; at most ${mostFiles} are allowed`,
      )
    const files: ZippedFile[] = []
    await readable(subject, words, async () => {
      for await (const entry of zip.eachEntry()) files.push(zippedFile(zip, entry, words))
    })
    return { files: files.filter((file) => !file.name.endsWith('/')), close: () => zip.close() }
  } catch (error) {
    zip.close()
    throw error
  }
}

const subjectOf = ({ what }: ZipLabels): string => `${what.charAt(0).toUpperCase()}${what.slice(1)}`

function zippedFile(zip: ZipFile, entry: Entry, words: ZipLabels): ZippedFile {
  const name = getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false)
  if (validateFileName(name) !== null || name.includes('\0'))
    throw words.problem('path', `${subjectOf(words)}'s zip holds the unsafe path ${JSON.stringify(name)}`)
  if (entry.isEncrypted()) throw words.problem('encrypted', `${name} in ${words.what}'s zip is encrypted`)
  return {
    name,
    size: entry.uncompressedSize,
    compressedSize: entry.compressedSize,
    open: () => contents(zip, entry, name, words),
  }
}

async function* contents(
  zip: ZipFile,
  entry: Entry,
  name: string,
  words: ZipLabels,
): AsyncIterable<Uint8Array> {
  if (!entry.canDecodeFileData())
    throw words.problem(
      'zip',
      `${name} in ${words.what}'s zip is compressed by method ${entry.compressionMethod}, which is not deflate`,
    )
  const differs = (what: string) =>
    words.problem('zip', `${name} in ${words.what}'s zip differs from its ${what}`)
  let checksum = 0
  let size = 0
  const raw = await readable(name, words, () => zip.openReadStreamPromise(entry, { decodeFileData: false }))
  try {
    for await (const chunk of entry.isCompressed() ? inflated(raw) : raw) {
      size += chunk.length
      if (size > entry.uncompressedSize) throw differs('size')
      checksum = crc32(chunk, checksum)
      yield chunk
    }
  } catch (error) {
    throw unreadable(name, words, error)
  }
  if (size < entry.uncompressedSize) throw differs('size')
  if (checksum !== entry.crc32) throw differs('checksum')
}

/** Bytes that are inflated at a time: each time is a trip to another thread, and with node's 16 KB those cost as much as inflating. */
const chunkSize = 2 ** 16

/** What is wrong with the bytes is thrown by the result. */
const inflated = (raw: Readable): Readable => pipeline(raw, createInflateRaw({ chunkSize }), () => {})

async function readable<T>(name: string, words: ZipLabels, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    throw unreadable(name, words, error)
  }
}

/** What the store says of the upload as a whole is not the zip's fault. */
const unreadable = (name: string, words: ZipLabels, cause: unknown): unknown =>
  isPieceworkError(cause)
    ? cause
    : words.problem(
        'zip',
        `${name} cannot be read as a zip: ${cause instanceof Error ? cause.message : String(cause)}`,
        cause,
      )

class UploadReader extends RandomAccessReader {
  readonly #entries: Entries
  readonly #path: string

  constructor(entries: Entries, path: string) {
    super()
    this.#entries = entries
    this.#path = path
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.#entries.open(this.#path, { start, end }), { objectMode: false })
  }
}
