import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import {
  copyFile,
  lstat,
  mkdir,
  open,
  readdir,
  realpath,
  rename,
  rm,
  rmdir,
  writeFile,
} from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import type { Environment } from '../contracts/environment.js'
import { PieceworkError } from '../contracts/errors.js'
import type { FileStore } from '../contracts/file-store.js'
import { chunkDefaults, folderTries } from '../defaults.js'
import { check } from '../options/check.js'
import { checkArgument, checkOptions } from '../options/check-options.js'
import type { OptionChecks } from '../options/option-checks.js'
import { systemEnvironment } from '../system-environment.js'

interface FolderFilesOptions {
  /** Default: that of this process. */
  readonly environment?: Environment
}

const optionChecks: OptionChecks<FolderFilesOptions> = { environment: check.environment }

/** Where files stand until they are whole. No key leads there. */
const unfinished = '.piecework-unfinished'

/**
 * A host's own files: the key `photos/1.jpg` is the file of that name below `root`. Folders go with their last file. Symbolic
 * links below it are not followed. Keys that lead out of it are `files/key-invalid`.
 */
export function folderFiles(root: string, given?: FolderFilesOptions): Required<FileStore> {
  checkArgument('folderFiles()', 'root', root, check.text)
  const { environment = systemEnvironment } = checkOptions('folderFiles()', given, optionChecks)

  /** What `write` makes is under the key once it is whole. */
  const putWhole = async (key: string, write: (temporary: string) => Promise<void>): Promise<void> => {
    const path = await located(root, key)
    const waiting = join(await realpath(root), unfinished)
    const temporary = join(waiting, `${unfinishedName(key)}${environment.uuid()}`)
    try {
      await inFolder(waiting, () => writeFile(temporary, '', { flag: 'wx' }))
      await write(temporary)
      await inFolder(dirname(path), async () => {
        await assertReal(dirname(path))
        await rename(temporary, path)
      })
    } catch (error) {
      await rm(temporary, { force: true })
      throw error
    } finally {
      await removeIfEmpty(waiting)
    }
  }

  return {
    open: async (key, signal) => {
      const path = await located(root, key)
      // Opened when it is read: who asks only whether it is there closes nothing.
      return (await isRegular(path)) ? chunksOf(path, signal) : undefined
    },
    put: (key, bytes, signal) =>
      putWhole(key, (temporary) => writeFile(temporary, bytes, { flag: 'r+', signal })),
    delete: async (key) => {
      const path = await located(root, key)
      const top = await realpath(root)
      // First: a put that goes on must not move these to where the file was.
      await removeUnfinished(join(top, unfinished), unfinishedName(key))
      if (!(await isReal(dirname(path)))) return
      const found = await lstat(path).catch(() => undefined)
      // No key is that of a folder.
      if (found?.isDirectory()) return
      if (found) await rm(path, { force: true })
      for (let folder = dirname(path); folder !== top; folder = dirname(folder))
        if (!(await removeIfEmpty(folder))) return
    },
    copy: async (from, to) => {
      const source = await located(root, from)
      if (!(await isRegular(source))) return false
      await putWhole(to, (temporary) => copyFile(source, temporary, constants.COPYFILE_FICLONE))
      return true
    },
  }
}

/** Begins the names of what puts of the key write, so that a deletion finds what a process has left that was killed. */
const unfinishedName = (key: string): string => `${createHash('sha256').update(key).digest('hex')}-`

async function removeUnfinished(waiting: string, beginning: string): Promise<void> {
  for (const name of (await readdir(waiting).catch(absent)) ?? [])
    if (name.startsWith(beginning)) await rm(join(waiting, name), { force: true })
}

async function located(root: string, key: string): Promise<string> {
  const segments = key.split('/')
  const isSound = segments.every(
    (part) => part !== '' && part !== '.' && part !== '..' && part !== unfinished,
  )
  if (!isSound || key.includes('\0') || (sep === '\\' && /[\\:]/.test(key)))
    throw new PieceworkError(
      'files/key-invalid',
      `${JSON.stringify(key.slice(0, 200))} is no key of a file below a folder.`,
    )
  await mkdir(root, { recursive: true })
  return join(await realpath(root), ...segments)
}

async function* chunksOf(path: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    for (;;) {
      signal.throwIfAborted()
      const buffer = Buffer.allocUnsafe(chunkDefaults.artifactBytes)
      const { bytesRead } = await file.read(buffer, 0, buffer.length)
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}

const isRegular = async (path: string): Promise<boolean> =>
  (await isReal(dirname(path))) && (await lstat(path).catch(absent))?.isFile() === true

/** Makes the folder and works there; another put or deletion may remove it while it is empty. */
async function inFolder(folder: string, work: () => Promise<void>): Promise<void> {
  for (let tries = folderTries; ; tries--) {
    await mkdir(folder, { recursive: true })
    try {
      return await work()
    } catch (error) {
      if (tries === 1 || (await lstat(folder).catch(absent)) !== undefined) throw error
    }
  }
}

/** Whether it is gone. */
const removeIfEmpty = (folder: string): Promise<boolean> =>
  rmdir(folder).then(
    () => true,
    () => false,
  )

async function assertReal(folder: string): Promise<void> {
  if (await isReal(folder)) return
  throw new PieceworkError('forbidden', 'A symbolic link lies in the folder of files.')
}

/** Whether the folder is there and reached without symbolic links. */
const isReal = async (folder: string): Promise<boolean> => (await realpath(folder).catch(absent)) === folder

function absent(error: unknown): undefined {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  if (['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'].includes(code)) return undefined
  throw error
}
