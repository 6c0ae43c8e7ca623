import { Readable } from 'node:stream'
import { crc32 } from 'node:zlib'
import type { Entries } from '@piecework/core'
import {
  type Entry,
  fromRandomAccessReaderPromise,
  getFileNameLowLevel,
  RandomAccessReader,
  validateFileName,
  type ZipFile,
} from 'yauzl'
import { gridProblem, isGridError } from './grid-problem.js'
import type { GridLimits } from './limits.js'

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

/** Reads the directory of an uploaded zip; contents only when a file is opened. */
export async function openZip(entries: Entries, path: string, limits: GridLimits): Promise<Zip> {
  const size = entries.facts(path)?.size ?? 0
  const zip = await readable('The planning grid', () =>
    fromRandomAccessReaderPromise(new UploadReader(entries, path), size, {
      autoClose: false,
      lazyEntries: true,
      decodeStrings: false,
    }),
  )
  try {
    if (zip.entryCount > limits.entries)
      throw gridProblem(
        'legacy/grid-too-large',
        `The planning grid's zip holds ${zip.entryCount} files; at most ${limits.entries} are allowed`,
      )
    const files: ZippedFile[] = []
    await readable('The planning grid', async () => {
      for await (const entry of zip.eachEntry()) files.push(zippedFile(zip, entry))
    })
    return { files: files.filter((file) => !file.name.endsWith('/')), close: () => zip.close() }
  } catch (error) {
    zip.close()
    throw error
  }
}

function zippedFile(zip: ZipFile, entry: Entry): ZippedFile {
  const name = getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false)
  if (validateFileName(name) !== null || name.includes('\0'))
    throw gridProblem(
      'legacy/grid-path',
      `The planning grid's zip holds the unsafe path ${JSON.stringify(name)}`,
    )
  if (entry.isEncrypted())
    throw gridProblem('legacy/grid-encrypted', `${name} in the planning grid's zip is encrypted`)
  return {
    name,
    size: entry.uncompressedSize,
    compressedSize: entry.compressedSize,
    open: () => contents(zip, entry, name),
  }
}

async function* contents(zip: ZipFile, entry: Entry, name: string): AsyncIterable<Uint8Array> {
  if (!entry.canDecodeFileData())
    throw gridProblem(
      'legacy/grid-zip',
      `${name} in the planning grid's zip is compressed by method ${entry.compressionMethod}, which is not deflate`,
    )
  let checksum = 0
  const stream = await readable(name, () => zip.openReadStreamPromise(entry))
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      checksum = crc32(chunk, checksum)
      yield chunk
    }
  } catch (error) {
    throw unreadable(name, error)
  }
  if (checksum !== entry.crc32)
    throw gridProblem('legacy/grid-zip', `${name} in the planning grid's zip differs from its checksum`)
}

async function readable<T>(name: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    throw isGridError(error) ? error : unreadable(name, error)
  }
}

const unreadable = (name: string, cause: unknown) =>
  gridProblem(
    'legacy/grid-zip',
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
