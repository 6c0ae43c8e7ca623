import { once } from 'node:events'
import { addAbortSignal, Readable } from 'node:stream'
import type { ZipArchive } from 'archiver'
import type { ZipForPeopleOptions, ZipMember } from '../contracts/output.js'
import { zipForPeopleLevel } from '../defaults.js'
import { FileNames } from './file-names.js'

export interface PeoplesZip extends ZipForPeopleOptions {
  /** Of all files, so that another attempt makes the same bytes. */
  readonly date: Date
  readonly signal: AbortSignal
  /** Called for a file that cannot keep its name. */
  renamed(name: string, instead: string): void
}

/** A zip of the files in order; each is opened after the one before it was written. */
export async function* zipForPeople(
  files: Iterable<ZipMember> | AsyncIterable<ZipMember>,
  { date, signal, renamed, store = false }: PeoplesZip,
): AsyncGenerator<Uint8Array> {
  // Loaded by the first zip: most hosts make none.
  const { ZipArchive } = await import('archiver')
  const stop = new AbortController()
  const archive = new ZipArchive({ store, zlib: { level: zipForPeopleLevel } })
  // The loop below throws it as well.
  archive.on('error', () => {})
  const appended = appendAll(archive, files, { date, renamed, signal: stop.signal })
  appended.catch((error: Error) => archive.destroy(error))
  try {
    for await (const chunk of archive) {
      signal.throwIfAborted()
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
  files: Iterable<ZipMember> | AsyncIterable<ZipMember>,
  { date, signal, renamed }: Pick<PeoplesZip, 'date' | 'signal' | 'renamed'>,
): Promise<void> {
  const names = new FileNames()
  for await (const file of files) {
    const name = names.take(file.name)
    if (name !== file.name) renamed(file.name, name)
    const source = addAbortSignal(signal, Readable.from(file.open(), { objectMode: false }))
    source.on('error', (error) => archive.destroy(error))
    const added = once(archive, 'entry', { signal })
    archive.append(source, { name, date, mode: 0o644 })
    await added
  }
  await archive.finalize()
}
