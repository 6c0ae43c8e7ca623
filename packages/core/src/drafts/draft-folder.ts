import { createWriteStream } from 'node:fs'
import { mkdir, readdir } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { entriesOf } from '../archive/entries.js'
import type { ArchiveLimits } from '../archive/limits.js'
import { openZip, type ZipLabels } from '../archive/uploaded-zip.js'
import type { ArtifactStore } from '../contracts/artifacts.js'
import { PieceworkError } from '../contracts/errors.js'
import type { Upload } from '../contracts/upload.js'
import { folderPathFault, unsortedPath } from './unsorted.js'

export interface FolderOptions {
  readonly artifacts: ArtifactStore
  readonly limits: ArchiveLimits
  /** Of the folder, and of a zip. */
  readonly maxFiles: number
  readonly signal: AbortSignal
}

/** What is said of files, without where they lie for the moment; those that came with their roles have these as names. */
export function withoutFolder<T>(said: T, folder: string, known: Readonly<Record<string, string>>): T {
  const inJson = (text: string) => JSON.stringify(text).slice(1, -1)
  const named = Object.entries(known).reduce(
    (text, [role, path]) => text.replaceAll(inJson(path), inJson(role)),
    JSON.stringify(said),
  )
  const shown = named
    .replaceAll(inJson(`${folder}${sep}`), '')
    .replaceAll(`"${inJson(folder)}`, '"The folder')
    .replaceAll(inJson(folder), 'the folder')
  return JSON.parse(shown) as T
}

/** Writes the files as people have them; what comes as one zip alone is unpacked. Resolves to the folder that holds them. */
export async function writeFolder(
  folder: string,
  uploads: readonly Upload[],
  options: FolderOptions,
): Promise<string> {
  await mkdir(folder, { recursive: true })
  const [only] = uploads
  if (only && uploads.length === 1 && /\.zip$/i.test(only.role)) {
    await unpack(folder, only, options)
    return innermost(folder)
  }
  const size = uploads.reduce((sum, one) => sum + one.size, 0)
  const most = options.limits.totalBytes
  if (uploads.length > options.maxFiles) throw tooMany(uploads.length, options.maxFiles)
  if (size > most) throw tooLarge('The folder', size, most)
  for (const upload of uploads)
    await writeFile(folder, unsortedPath(upload), options.artifacts.open(upload.artifact), options.signal)
  return innermost(folder)
}

/** A path in the folder. Throws `options-invalid` for one that another file is in the way of. */
export async function writeFile(
  folder: string,
  path: string,
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<string> {
  const file = join(folder, ...path.split('/'))
  signal.throwIfAborted()
  try {
    await mkdir(dirname(file), { recursive: true })
    await pipeline(bytes, createWriteStream(file, { flags: 'wx', mode: 0o600 }), { signal })
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    if (code !== 'EEXIST' && code !== 'ENOTDIR' && code !== 'EISDIR') throw cause
    throw new PieceworkError('options-invalid', `There are two files where ${JSON.stringify(path)} is.`, {
      cause,
    })
  }
  return file
}

const labels: ZipLabels = {
  what: 'the folder',
  subject: 'The folder',
  problem: (problem, message, cause) =>
    new PieceworkError(problem === 'too-large' ? 'archive-limit' : 'archive-invalid', `${message}.`, {
      cause,
    }),
}

async function unpack(folder: string, upload: Upload, options: FolderOptions): Promise<void> {
  const { artifacts, limits, maxFiles, signal } = options
  const zip = {
    path: upload.role,
    facts: { size: upload.size },
    open: (range?: { readonly start: number; readonly end: number }) =>
      artifacts.open(upload.artifact, range),
  }
  const files = await openZip(entriesOf([zip]), upload.role, maxFiles, labels)
  const size = files.reduce((sum, one) => sum + one.size, 0)
  const most = Math.min(limits.totalBytes, Math.max(limits.ratioFreeBytes, limits.totalRatio * upload.size))
  if (size > most) throw tooLarge("The folder's zip", size, most)
  for (const { name, open } of files) {
    const fault = folderPathFault(name)
    if (fault !== undefined)
      throw new PieceworkError(
        'archive-invalid',
        `In the folder's zip the path ${JSON.stringify(name)} ${fault}.`,
      )
    if (!name.startsWith('__MACOSX/')) await writeFile(folder, name, open(), signal)
  }
}

/** People zip and drop folders: the one that holds more than one other folder. */
async function innermost(folder: string): Promise<string> {
  const found = await readdir(folder, { withFileTypes: true })
  const [only] = found
  return only && found.length === 1 && only.isDirectory() ? innermost(join(folder, only.name)) : folder
}

function tooLarge(what: string, size: number, maxBytes: number): PieceworkError {
  return new PieceworkError('archive-limit', `${what} holds ${size} bytes; ${maxBytes} are allowed.`, {
    facts: { size, maxBytes },
  })
}

function tooMany(count: number, most: number): PieceworkError {
  return new PieceworkError('archive-limit', `The folder has ${count} files; at most ${most} are allowed.`)
}
