import { once } from 'node:events'
import { addAbortSignal, type Readable } from 'node:stream'
import { ZipArchive } from 'archiver'
import { zipLevel } from '../../defaults.js'

export interface FileToZip {
  readonly name: string
  open(): Readable
}

/** Constant, so that equal content has equal bytes. */
const date = new Date(Date.UTC(1980, 0, 1))

export interface ZipFilesOptions {
  readonly signal?: AbortSignal | undefined
  /** Do not compress. */
  readonly store?: boolean
}

/** A zip of the files in order; each is opened after the one before it was written. */
export async function* zipFiles(
  files: readonly FileToZip[],
  { signal, store = false }: ZipFilesOptions = {},
): AsyncGenerator<Uint8Array> {
  const stop = new AbortController()
  const archive = new ZipArchive({ store, zlib: { level: zipLevel } })
  // The loop below throws it as well.
  archive.on('error', () => {})
  const appended = appendAll(archive, files, stop.signal)
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
  files: readonly FileToZip[],
  signal: AbortSignal,
): Promise<void> {
  for (const { name, open } of files) {
    const source = addAbortSignal(signal, open())
    source.on('error', (error) => archive.destroy(error))
    const added = once(archive, 'entry', { signal })
    archive.append(source, { name, date, mode: 0o644 })
    await added
  }
  await archive.finalize()
}
