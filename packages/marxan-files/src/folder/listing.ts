import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

export interface ListedFile {
  /** `''`: the listed folder itself. */
  readonly folder: string
  readonly name: string
  /** Below the listed folder, with slashes. */
  readonly path: string
}

/** The plain files of a folder, of those directly below it and of further ones. Names are compared without regard to case; links are not followed. */
export interface Listing {
  /** Names in a folder (`''`: the folder itself), sorted. */
  in(folder: string): readonly string[]
  /** Each file, those of the folder itself first. */
  all(): readonly ListedFile[]
  /** Names of the folders below. */
  readonly folders: readonly string[]
  /** The folder's name as it is written; of a further one its path. */
  folder(name: string): string | undefined
  has(folder: string, name: string): boolean
  /** The file's path below the listed folder. */
  find(folder: string, name: string): string | undefined
  /** In the folder itself, else in the first folder below that has it. */
  anywhere(name: string): string | undefined
}

/** `further`: paths as input.dat has them; those that lead to a folder farther below are listed too. */
export async function listing(dir: string, further: readonly string[] = []): Promise<Listing> {
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

  for (const path of further) {
    const folder = await folderBelow(dir, segmentsOf(path))
    if (folder === undefined || byFolder.has(folder)) continue
    byFolder.set(folder, sorted(await readdir(join(dir, folder), { withFileTypes: true })))
    folders.push(folder)
  }
  const folderOf = (name: string) =>
    [...byFolder.keys()].find((folder) => same(folder, segmentsOf(name).join('/')))
  const find = (name: string, file: string) => {
    const folder = folderOf(name)
    const found = folder === undefined ? undefined : byFolder.get(folder)?.find((other) => same(other, file))
    return folder === undefined || found === undefined ? undefined : join(folder, found)
  }
  return {
    in: (folder) => byFolder.get(folder) ?? [],
    all: () =>
      ['', ...folders].flatMap((folder) =>
        (byFolder.get(folder) ?? []).map((name) => ({
          folder,
          name,
          path: folder === '' ? name : `${folder}/${name}`,
        })),
      ),
    folders,
    folder: (name) => (name === '' ? undefined : folderOf(name)),
    has: (folder, name) => find(folder, name) !== undefined,
    find,
    anywhere: (name) =>
      ['', ...folders].map((folder) => find(folder, name)).find((path) => path !== undefined),
  }
}

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()

const segmentsOf = (path: string) =>
  path.split(/[\\/]/).filter((segment) => segment !== '' && segment !== '.')

/** The path as it is written on disk. Names alone are followed: neither links nor `..`. */
async function folderBelow(dir: string, segments: readonly string[]): Promise<string | undefined> {
  const path: string[] = []
  for (const segment of segments) {
    const entries = await readdir(join(dir, ...path), { withFileTypes: true })
    const found = entries.find((entry) => entry.isDirectory() && same(entry.name, segment))
    if (!found) return undefined
    path.push(found.name)
  }
  return path.join('/')
}
