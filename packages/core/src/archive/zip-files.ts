import { once } from 'node:events'
import { addAbortSignal, Readable } from 'node:stream'
import type { ZipArchive } from 'archiver'
import { zipFilesLevel } from '../defaults.js'
import { check } from '../options/check.js'
import { checkOptions } from '../options/check-options.js'
import type { OptionChecks } from '../options/option-checks.js'

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
  // Loaded by the first zip: most hosts make none.
  const { ZipArchive } = await import('archiver')
  const stop = new AbortController()
  const archive = new ZipArchive({ store, zlib: { level } })
  // The loop below throws it as well.
  archive.on('error', () => {})
  const appended = appendAll(archive, files, date, stop.signal)
  appended.catch((error: Error) => archive.destroy(error))
  try {
    for await (const chunk of archive) {
      signal?.throwIfAborted()
      yield chunk as Uint8Array
    }
    await appended
  } finally {
    stop.abort()
    archive.destroy()
  }
}

async function appendAll(
  archive: ZipArchive,
  files: Iterable<FileToZip> | AsyncIterable<FileToZip>,
  date: Date,
  signal: AbortSignal,
): Promise<void> {
  for await (const { name, open } of files) {
    const source = addAbortSignal(signal, Readable.from(open(), { objectMode: false }))
    source.on('error', (error) => archive.destroy(error))
    const added = once(archive, 'entry', { signal })
    archive.append(source, { name, date, mode: 0o644 })
    await added
  }
  await archive.finalize()
}
