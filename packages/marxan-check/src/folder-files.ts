import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path'
import { type EntryFile, readOnce } from '@piecework/core/piece'
import {
  type FolderGrid,
  type FolderSearch,
  fileEntry,
  gridRole,
  outputRole,
  resultFiles,
  roles,
  shapefileParts,
} from '@piecework/marxan-files'
import { asUnreadable } from './unreadable.js'

/** What a folder has for the upload of a role. */
export interface FolderFile {
  readonly role: string
  /** Below the folder, with slashes. */
  readonly path: string
  /** With paths on disk. */
  readonly parts: readonly EntryFile[]
  /** The parts are those of a folder or a shapefile, which an upload would have as one zip. */
  readonly isZipped: boolean
  /** Paths of these parts below the folder, by name. */
  readonly inside: ReadonlyMap<string, string>
}

type FoundFiles = Omit<FolderSearch, 'output'> & { readonly output?: string | undefined }

/** What is validated, in the order of the roles. `given`: paths by role, instead of those that were found or beside them. */
export async function folderFiles(
  dir: string,
  found: FoundFiles,
  given: Readonly<Record<string, string>>,
): Promise<readonly FolderFile[]> {
  const { output } = found
  const hasResults = output !== undefined && (await resultsIn(output)).length > 0
  const paths: Readonly<Record<string, string | undefined>> = {
    [gridRole]: gridPath(found.grid),
    'input.dat': found.input,
    'pu.dat': found.pu,
    'spec.dat': found.spec,
    'puvspr.dat': found.puvspr,
    'bound.dat': found.bound,
    [outputRole]: hasResults ? output : undefined,
    ...given,
  }
  const files: FolderFile[] = []
  for (const role of Object.keys(roles)) {
    const path = paths[role]
    if (path !== undefined) files.push(await folderFile(dir, role, path))
  }
  return files
}

async function folderFile(dir: string, role: string, path: string): Promise<FolderFile> {
  const shown = shownPath(dir, path)
  return asUnreadable(shown, async () => {
    const zipped = await zippedPaths(role, path)
    const parts: EntryFile[] = []
    for (const part of zipped ?? [path]) {
      const file = await fileEntry(part)
      // There may be thousands of files of results, each of which is read once.
      parts.push(role === outputRole && zipped ? file : readOnce(file))
    }
    const inside = new Map(zipped?.map((part) => [basename(part), shownPath(dir, part)]))
    return { role, path: shown, parts, isZipped: zipped !== undefined, inside }
  })
}

function gridPath(grid: FolderGrid | undefined): string | undefined {
  return grid?.kind === 'zip' ? grid.path : grid?.paths.find((path) => /\.shp$/i.test(path))
}

function shownPath(dir: string, path: string): string {
  const way = relative(dir, path)
  if (way === '') return '.'
  return way.startsWith('..') || isAbsolute(way) ? path : way.split(sep).join('/')
}

/** What an upload would have in one zip: a folder's files, of an output folder the results, or all of a shapefile. Undefined for a single file. */
async function zippedPaths(role: string, path: string): Promise<readonly string[] | undefined> {
  if ((await stat(path)).isDirectory()) {
    const names = role === outputRole ? await resultsIn(path) : await filesOf(path)
    return names.map((name) => join(path, name))
  }
  if (!/\.shp$/i.test(path)) return undefined
  const folder = dirname(path)
  return shapefileParts(basename(path), await filesOf(folder)).map((name) => join(folder, name))
}

const resultsIn = (folder: string) => asUnreadable(folder, () => resultFiles(folder))

async function filesOf(folder: string): Promise<readonly string[]> {
  const entries = await asUnreadable(folder, () => readdir(folder, { withFileTypes: true }))
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort()
}
