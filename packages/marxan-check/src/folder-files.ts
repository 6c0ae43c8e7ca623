import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path'
import { type EntryFile, PieceworkError } from '@piecework/core/piece'
import type { FolderSearch } from '@piecework/marxan-files'
import {
  type FolderGrid,
  fileEntry,
  gridRole,
  outputRole,
  resultName,
  roles,
  shapefileParts,
  storedZip,
} from '@piecework/marxan-files'
import type { Metadata } from './arguments.js'

/** One file of a folder, as the upload of its role. */
export interface FolderFile {
  readonly role: string
  /** Below the folder, with slashes. */
  readonly path: string
  /** Paths below the folder by name, of files that are read as one zip. */
  readonly inside: ReadonlyMap<string, string>
  readonly entry: EntryFile
}

export interface FolderFilesOptions {
  /** Paths by role, instead of those that were found or beside them. */
  readonly given: Readonly<Record<string, string>>
  /** By role. */
  readonly metadata: Readonly<Record<string, Metadata>>
  readonly signal: AbortSignal
}

/** What is validated, in the order of the roles. Files that belong into one zip are read as one. */
export async function folderFiles(
  dir: string,
  found: FolderSearch,
  { given, metadata, signal }: FolderFilesOptions,
): Promise<readonly FolderFile[]> {
  const { output } = found
  const hasResults = output !== undefined && (await filesOf(output)).some((name) => resultName(name))
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
    if (path === undefined) continue
    const shown = shownPath(dir, path)
    const file = await named(shown, async () => {
      const parts = await partsOf(dir, path)
      const entry = parts ? storedZip(role, parts, signal) : fileEntry(path)
      const inside = new Map(parts?.map((part) => [basename(part), shownPath(dir, part)]))
      return { role, path: shown, inside, entry: upload(role, shown, await entry, metadata[role]) }
    })
    files.push(file)
  }
  return files
}

function gridPath(grid: FolderGrid | undefined): string | undefined {
  return grid?.kind === 'zip' ? grid.path : grid?.paths.find((path) => /\.shp$/i.test(path))
}

function shownPath(dir: string, path: string): string {
  const way = relative(dir, path)
  if (way === '') return '.'
  return way.startsWith('..') || isAbsolute(way) ? path : way.split(sep).join('/')
}

/** What a user would put into one zip: a folder's files, of the project's own folder the results, or all of a shapefile. Undefined for a file of its own. */
async function partsOf(dir: string, path: string): Promise<readonly string[] | undefined> {
  if ((await stat(path)).isDirectory()) {
    const names = await filesOf(path)
    // Results beside input.dat.
    const kept = relative(dir, path) === '' ? names.filter((name) => resultName(name)) : names
    return kept.map((name) => join(path, name))
  }
  if (!/\.shp$/i.test(path)) return undefined
  const folder = dirname(path)
  return shapefileParts(basename(path), await filesOf(folder)).map((name) => join(folder, name))
}

async function filesOf(folder: string): Promise<readonly string[]> {
  const entries = await named(folder, () => readdir(folder, { withFileTypes: true }))
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort()
}

function upload(
  role: string,
  path: string,
  { facts, open }: EntryFile,
  metadata: Readonly<Record<string, unknown>> | undefined,
): EntryFile {
  return {
    path: role,
    facts: { ...facts, ...(metadata && { metadata }) },
    open: async function* (range) {
      try {
        yield* open(range)
      } catch (error) {
        throw unreadable(path, error, role)
      }
    },
  }
}

async function named<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    throw unreadable(path, error)
  }
}

/** What the file system says is about a file of the user's, not about this program. */
function unreadable(path: string, error: unknown, role?: string): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error
  return new PieceworkError('input-incomplete', `${path} cannot be read: ${error.message}`, {
    cause: error,
    ...(role !== undefined && { facts: { entry: role } }),
  })
}
