import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path'
import { type EntryFile, PieceworkError } from '@piecework/core'
import { Findings } from '../dat/findings.js'
import { readInputDat } from '../dat/input-dat.js'
import type { MarxanFiles } from '../folder.js'
import { shapefileParts } from '../folder-grid.js'
import { gridRole, outputRole, roles } from '../roles.js'
import type { Metadata } from './arguments.js'
import { storedZip } from './stored-zip.js'

/** One file of a folder, as the upload of its role. */
export interface FolderFile {
  readonly role: string
  /** Below the folder, with slashes. */
  readonly path: string
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
  found: MarxanFiles,
  { given, metadata, signal }: FolderFilesOptions,
): Promise<readonly FolderFile[]> {
  const { grid, output } = found
  const shape = grid.kind === 'zip' ? grid.path : grid.paths.find((path) => /\.shp$/i.test(path))
  const results = output === undefined ? [] : await resultFiles(output, await scenarioName(found.input))
  const paths: Readonly<Record<string, string | undefined>> = {
    [gridRole]: shape,
    'input.dat': found.input,
    'pu.dat': found.pu,
    'spec.dat': found.spec,
    'puvspr.dat': found.puvspr,
    'bound.dat': found.bound,
    [outputRole]: results.length > 0 ? output : undefined,
    ...given,
  }
  const files: FolderFile[] = []
  for (const role of Object.keys(roles)) {
    const path = paths[role]
    if (path === undefined) continue
    const shown = isBelow(dir, path) ? relative(dir, path).split(sep).join('/') : path
    const entry = await named(shown, () =>
      role === outputRole && path === output ? storedZip(role, results, signal) : entryAt(role, path, signal),
    )
    files.push({ role, path: shown, entry: upload(role, shown, entry, metadata[role]) })
  }
  return files
}

const isBelow = (dir: string, path: string) => {
  const way = relative(dir, path)
  return way !== '' && !way.startsWith('..') && !isAbsolute(way)
}

/** A folder and the parts of a shapefile are read as a zip of them. */
async function entryAt(role: string, path: string, signal: AbortSignal): Promise<EntryFile> {
  if ((await stat(path)).isDirectory()) return storedZip(role, await resultFiles(path, undefined), signal)
  if (!/\.shp$/i.test(path)) return plainFile(path)
  const names = await readdir(dirname(path))
  return storedZip(
    role,
    shapefileParts(basename(path), names).map((name) => join(dirname(path), name)),
    signal,
  )
}

/** Of a folder that holds the results of several scenarios, those of the one that input.dat describes. */
async function resultFiles(output: string, scenario: string | undefined): Promise<readonly string[]> {
  const entries = await readdir(output, { withFileTypes: true })
  const names = entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort()
  const own = names.filter((name) => scenario && name.toLowerCase().startsWith(`${scenario.toLowerCase()}_`))
  return (own.length > 0 ? own : names).map((name) => join(output, name))
}

async function scenarioName(input: string): Promise<string> {
  const { output } = await readInputDat(createReadStream(input), { findings: new Findings(0) })
  return output.SCENNAME
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
