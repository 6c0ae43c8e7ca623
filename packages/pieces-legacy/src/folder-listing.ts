import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** The plain files of a folder and of those directly below it. Names are compared without regard to case; links are not followed. */
export interface Listing {
  /** Names in a folder (`''`: the folder itself), sorted. */
  in(folder: string): readonly string[]
  /** Names of the folders below. */
  readonly folders: readonly string[]
  /** The folder's name as it is written. */
  folder(name: string): string | undefined
  has(folder: string, name: string): boolean
  /** The file's path below the listed folder. */
  find(folder: string, name: string): string | undefined
  /** In the folder itself, else in the first folder below that has it. */
  anywhere(name: string): string | undefined
}

export async function listing(dir: string): Promise<Listing> {
  const byFolder = new Map<string, readonly string[]>()
  const top = await readdir(dir, { withFileTypes: true })
  const sorted = (entries: typeof top) =>
    entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .map(({ name }) => name)
      .sort()
  byFolder.set('', sorted(top))
  const folders = top
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== '__MACOSX')
    .map(({ name }) => name)
    .sort()
  for (const folder of folders)
    byFolder.set(folder, sorted(await readdir(join(dir, folder), { withFileTypes: true })))

  const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()
  const folderOf = (name: string) => [...byFolder.keys()].find((folder) => same(folder, name))
  const find = (name: string, file: string) => {
    const folder = folderOf(name)
    const found = folder === undefined ? undefined : byFolder.get(folder)?.find((other) => same(other, file))
    return folder === undefined || found === undefined ? undefined : join(folder, found)
  }
  return {
    in: (folder) => byFolder.get(folder) ?? [],
    folders,
    folder: (name) => (name === '' ? undefined : folderOf(name)),
    has: (folder, name) => find(folder, name) !== undefined,
    find,
    anywhere: (name) =>
      ['', ...folders].map((folder) => find(folder, name)).find((path) => path !== undefined),
  }
}
