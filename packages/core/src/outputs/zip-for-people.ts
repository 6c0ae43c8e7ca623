import { type FileToZip, zipFiles } from '../archive/zip-files.js'
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

/** A zip of the files in order, with names that every disk takes. */
export function zipForPeople(
  files: Iterable<ZipMember> | AsyncIterable<ZipMember>,
  { renamed, ...options }: PeoplesZip,
): AsyncGenerator<Uint8Array> {
  return zipFiles(withSafeNames(files, renamed), { ...options, level: zipForPeopleLevel })
}

async function* withSafeNames(
  files: Iterable<ZipMember> | AsyncIterable<ZipMember>,
  renamed: PeoplesZip['renamed'],
): AsyncGenerator<FileToZip> {
  const names = new FileNames()
  for await (const file of files) {
    const name = names.take(file.name)
    if (name !== file.name) renamed(file.name, name)
    yield { name, open: () => file.open() }
  }
}
