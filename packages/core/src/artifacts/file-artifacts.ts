import { constants, type Stats } from 'node:fs'
import {
  type FileHandle,
  lstat,
  mkdir,
  open,
  readdir,
  realpath,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ArtifactStore, ByteRange } from '../contracts/artifacts.js'
import { PieceworkError } from '../contracts/errors.js'
import { chunkDefaults, engineTimes } from '../defaults.js'
import { check } from '../options/check.js'
import { checkArgument } from '../options/check-options.js'
import { systemEnvironment } from '../system-environment.js'
import { artifactKeySegments } from './artifact-key.js'
import { artifactNotFound } from './artifact-not-found.js'
import { type ArtifactStoreOptions, checkArtifactOptions } from './artifact-store-options.js'

/**
 * `~` is in no key: so a key may be a file while others lie below it, and unfinished puts are never listed.
 */
const folderMark = '~'
const unfinished = '~unfinished'

/**
 * Artifacts as files below `root`, which is made when it is missing. The key `jobs/1/a.csv` is the file
 * `jobs~/1~/a.csv`. Symbolic links below `root` are not followed. What a process that died was putting is
 * deleted a day later, by a `list`: the sweep lists all now and then.
 */
export function fileArtifacts(root: string, given?: ArtifactStoreOptions): ArtifactStore {
  checkArgument('fileArtifacts()', 'root', root, check.text)
  const { environment = systemEnvironment } = checkArtifactOptions('fileArtifacts()', given)
  return {
    put: async (key, bytes) => {
      const { base, path } = await locate(root, key)
      const temporary = join(base, unfinished, environment.uuid())
      try {
        const file = await inFolder(dirname(temporary), () => open(temporary, 'wx'))
        const size = await writeAll(file, bytes).finally(() => file.close())
        await mkdir(dirname(path), { recursive: true })
        await assertReal(dirname(path))
        await rename(temporary, path)
        return size
      } catch (error) {
        await rm(temporary, { force: true })
        throw error
      }
    },
    open: (key, range) => {
      artifactKeySegments(key)
      return read(root, key, range)
    },
    stat: async (key) => {
      const { path } = await locate(root, key)
      const found = await regular(path)
      return found && { size: found.size, createdAt: found.mtime }
    },
    localPath: async (key) => {
      const { path } = await locate(root, key)
      return (await regular(path)) && path
    },
    delete: async (key) => {
      const { path } = await locate(root, key)
      if (!(await isReal(dirname(path)))) return
      await rm(path, { force: true })
      await rm(path + folderMark, { recursive: true, force: true })
    },
    list: async function* (prefix) {
      const { base, path } = await locate(root, prefix)
      await removeAbandoned(join(base, unfinished), environment.now() - engineTimes.abandonedPutMs)
      if (!(await isReal(dirname(path)))) return
      if ((await lstat(path).catch(absent))?.isFile()) yield prefix
      if (await isReal(path + folderMark)) yield* below(path + folderMark, prefix)
    },
  }
}

/** The real root, and the file's path below it. */
async function locate(root: string, key: string): Promise<{ base: string; path: string }> {
  const segments = artifactKeySegments(key)
  const base = await inFolder(root, () => realpath(root))
  const folders = segments.slice(0, -1).map((part) => part + folderMark)
  return { base, path: join(base, ...folders, segments.at(-1) ?? '') }
}

/** What needs the folder, which is there nearly always. */
async function inFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isMissing(error)) throw error
    await mkdir(folder, { recursive: true })
    return work()
  }
}

/** Undefined for what is no file, or reached through a symbolic link. */
async function regular(path: string): Promise<Stats | undefined> {
  const found = await lstat(path).catch(absent)
  return found?.isFile() && (await isReal(dirname(path))) ? found : undefined
}

/** Resolves to the number of bytes. */
async function writeAll(file: FileHandle, bytes: AsyncIterable<Uint8Array>): Promise<number> {
  let size = 0
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      size += chunk.length
      yield chunk
    }
  }
  await writeFile(file, counted())
  return size
}

async function* read(root: string, key: string, range?: ByteRange): AsyncGenerator<Uint8Array> {
  const { path } = await locate(root, key)
  const file = await openRegular(path).catch((error: unknown) => {
    if (isMissing(error)) throw artifactNotFound(key, error)
    throw error
  })
  try {
    let position = range?.start ?? 0
    const end = range?.end ?? Number.POSITIVE_INFINITY
    while (position < end) {
      const buffer = Buffer.allocUnsafe(Math.min(chunkDefaults.artifactBytes, end - position))
      const { bytesRead } = await file.read(buffer, 0, buffer.length, position)
      if (bytesRead === 0) return
      position += bytesRead
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}

async function* below(folder: string, key: string): AsyncGenerator<string> {
  const found = await readdir(folder, { withFileTypes: true }).catch(absent)
  const names = (found ?? []).flatMap((item) => {
    if (item.isFile()) return [item.name]
    return item.isDirectory() && item.name.endsWith(folderMark) ? [`${item.name.slice(0, -1)}/`] : []
  })
  for (const name of names.sort()) {
    if (name.endsWith('/'))
      yield* below(join(folder, name.slice(0, -1) + folderMark), `${key}/${name.slice(0, -1)}`)
    else yield `${key}/${name}`
  }
}

/** `before`: ms since epoch. */
async function removeAbandoned(folder: string, before: number): Promise<void> {
  if (!(await isReal(folder))) return
  for (const name of await readdir(folder)) {
    const found = await lstat(join(folder, name)).catch(absent)
    if (found?.isFile() && found.mtimeMs < before) await rm(join(folder, name), { force: true })
  }
}

async function openRegular(path: string): Promise<FileHandle> {
  await assertReal(dirname(path))
  return open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
}

async function assertReal(folder: string): Promise<void> {
  if ((await realpath(folder)) !== folder)
    throw new PieceworkError('forbidden', 'A symbolic link lies in the folder of artifacts')
}

/** Whether the folder is there and reached without symbolic links. */
async function isReal(folder: string): Promise<boolean> {
  return (await realpath(folder).catch(absent)) === folder
}

function absent(error: unknown): undefined {
  if (isMissing(error)) return undefined
  throw error
}

/** ELOOP is what opening a symbolic link gives. */
function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP'
}
