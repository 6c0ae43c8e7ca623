import { once } from 'node:events'
import { addAbortSignal, type Readable } from 'node:stream'
import { ZipArchive } from 'archiver'

export interface ZippedFile {
  readonly name: string
  open(): Readable
}

/** The same for all files of all zips: equal content has equal bytes. */
const date = new Date(Date.UTC(1980, 0, 1))

/** A zip of the files in their order, opened one after the other. */
export async function* zipped(
  files: readonly ZippedFile[],
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const stop = new AbortController()
  const archive = new ZipArchive({ zlib: { level: 1 } })
  // The loop below is told as well.
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
  files: readonly ZippedFile[],
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
