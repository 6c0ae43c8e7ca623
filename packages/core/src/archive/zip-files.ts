import { crc32 } from 'node:zlib'
import { PieceworkError } from '../contracts/errors.js'
import { zipFilesLevel } from '../defaults.js'
import { check } from '../options/check.js'
import { checkOptions } from '../options/check-options.js'
import type { OptionChecks } from '../options/option-checks.js'
import { deflated } from './deflate.js'
import { JoinedBytes } from './joined-bytes.js'
import { descriptor, directoryEnd, directoryRecord, dosTime, localHeader } from './zip-layout.js'

export interface FileToZip {
  readonly name: string
  /** Called when its turn has come. */
  open(): AsyncIterable<Uint8Array>
}

export interface ZipFilesOptions {
  readonly signal?: AbortSignal | undefined
  /** Do not compress. */
  readonly store?: boolean
  /** Of deflate, 0 to 9. Default 1. */
  readonly level?: number
  /** Of all files. Default: a constant, so that equal content has equal bytes. */
  readonly date?: Date
}

const zipFilesChecks: OptionChecks<ZipFilesOptions> = {
  signal: check.signal,
  store: check.flag,
  level: check.wholeNumber(0, 9),
  date: check.having<Date>('a date', 'getTime'),
}

/** Their number has 16 bits. */
const mostNameBytes = 0xffff

const constantDate = new Date(Date.UTC(1980, 0, 1))

/** A zip of the files in order; each is opened after the one before it was written. Names stay as they are. */
export function zipFiles(
  files: Iterable<FileToZip> | AsyncIterable<FileToZip>,
  options?: ZipFilesOptions,
): AsyncGenerator<Uint8Array> {
  return zipped(files, checkOptions('zipFiles()', options, zipFilesChecks))
}

async function* zipped(
  files: Iterable<FileToZip> | AsyncIterable<FileToZip>,
  { signal, store = false, level = zipFilesLevel, date = constantDate }: ZipFilesOptions,
): AsyncGenerator<Uint8Array> {
  const time = dosTime(date)
  const directory = new JoinedBytes()
  let written = 0
  let count = 0
  const passing = (bytes: Uint8Array): Uint8Array => {
    signal?.throwIfAborted()
    written += bytes.length
    return bytes
  }
  for await (const { name: path, open } of files) {
    const bytesOfName = Buffer.byteLength(path)
    if (bytesOfName > mostNameBytes)
      throw new PieceworkError(
        'archive-limit',
        `A file of the zip has a name of ${bytesOfName} bytes; at most ${mostNameBytes} are possible.`,
      )
    const head = { name: Buffer.from(path), method: store ? 0 : 8, start: written } as const
    yield passing(localHeader(head, time))
    const [sums, start] = [{ crc32: 0, size: 0 }, written]
    const see = (bytes: Uint8Array): void => {
      sums.crc32 = crc32(bytes, sums.crc32)
      sums.size += bytes.length
    }
    for await (const bytes of store ? seen(open(), see) : deflated(open(), level, see)) yield passing(bytes)
    const file = { ...head, ...sums, sizeInZip: written - start }
    yield passing(descriptor(file))
    directory.add(directoryRecord(file, time))
    count++
  }
  const start = written
  for (const bytes of directory.blocks()) yield passing(bytes)
  yield directoryEnd(count, start, written - start)
}

async function* seen(
  source: AsyncIterable<Uint8Array>,
  see: (bytes: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  for await (const bytes of source) {
    see(bytes)
    yield bytes
  }
}
