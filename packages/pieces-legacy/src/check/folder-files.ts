import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { type EntryFile, PieceworkError } from '@piecework/core'
import type { MarxanFiles } from '../folder.js'
import { gridRole, outputRole } from '../roles.js'
import { storedZip } from './stored-zip.js'

/** One file of a folder, as the upload of its role. */
export interface FolderFile {
  readonly role: string
  /** Below the folder, with slashes. */
  readonly path: string
  readonly entry: EntryFile
}

/** In the order in which people know them. Files that belong into one zip are read as one. */
export async function folderFiles(
  dir: string,
  found: MarxanFiles,
  metadata: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  signal: AbortSignal,
): Promise<readonly FolderFile[]> {
  const { grid, output } = found
  const files: FolderFile[] = []
  const add = async (role: string, path: string, entry: Promise<EntryFile>) => {
    const shown = relative(dir, path).split(sep).join('/')
    files.push({
      role,
      path: shown,
      entry: upload(role, shown, await named(shown, () => entry), metadata[role]),
    })
  }
  if (grid.kind === 'zip') await add(gridRole, grid.path, plainFile(grid.path))
  else {
    const shape = grid.paths.find((path) => /\.shp$/i.test(path)) ?? dir
    await add(gridRole, shape, storedZip(gridRole, grid.paths, signal))
  }
  for (const key of ['input', 'pu', 'spec', 'puvspr', 'bound'] as const) {
    const path = found[key]
    if (path !== undefined) await add(`${key}.dat`, path, plainFile(path))
  }
  if (output !== undefined) {
    const results = await resultFiles(output)
    if (results.length > 0) await add(outputRole, output, storedZip(outputRole, results, signal))
  }
  return files
}

async function plainFile(path: string): Promise<EntryFile> {
  const { size } = await stat(path)
  return {
    path,
    facts: { size },
    open: (range) =>
      range && range.start === range.end
        ? nothing()
        : createReadStream(path, {
            highWaterMark: 2 ** 18,
            ...(range && { start: range.start, end: range.end - 1 }),
          }),
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

async function resultFiles(output: string): Promise<readonly string[]> {
  const entries = await named(output, () => readdir(output, { withFileTypes: true }))
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map(({ name }) => join(output, name))
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
        throw unreadable(path, error)
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
function unreadable(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error
  return new PieceworkError('input-incomplete', `${path} cannot be read: ${error.message}`, { cause: error })
}
