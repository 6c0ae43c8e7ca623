import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { link, lstat, mkdir, open, readdir, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import type { Environment } from '../contracts/environment.js'
import { PieceworkError } from '../contracts/errors.js'
import type { DeliverContext, DeliveredFile, DeliveryReceipt, Target } from '../contracts/target.js'
import { check } from '../options/check.js'
import { checkOptions } from '../options/check-options.js'
import { type OptionChecks, required } from '../options/option-checks.js'
import { numberedName, safeName, safePath } from '../outputs/safe-name.js'
import { systemEnvironment } from '../system-environment.js'
import { folderError } from './folder-error.js'
import { sameFile } from './same-file.js'

export interface FolderTargetOptions {
  /** Nothing is written outside of it. Made when it is missing; its disk must know hard links. */
  readonly root: string
  /** Default: `folder`. */
  readonly name?: string
  /** Default: that of this process. */
  readonly environment?: Environment
}

export interface FolderDestination {
  /** Below the root; made when it is missing. Absent: the root itself. */
  readonly folder?: string | undefined
  /** Absent: that of the output. */
  readonly fileName?: string | undefined
}

const optionChecks: OptionChecks<FolderTargetOptions> = {
  root: required(check.text),
  name: check.text,
  environment: check.environment,
}

/** Where files stand until they are whole. No destination can name it. */
const unfinished = '.piecework-unfinished'

const shown = (part: string): boolean => !part.startsWith('.')
const destination = z.strictObject({
  folder: z
    .string()
    .refine((path) => isSafe(path) && path.split('/').every(shown), 'is no folder below the root')
    .optional(),
  fileName: z
    .string()
    .refine((name) => safeName(name) === name && shown(name), 'is no file name')
    .optional(),
})

const isSafe = (path: string): boolean => safePath(path).join('/') === path && path !== ''

/**
 * Delivers into a folder of this machine, or of one that it has mounted. A file is seen when it is whole, and
 * replaces none: where another one has its name, it is numbered and the report says so.
 */
export function folderTarget(given: FolderTargetOptions): Target<FolderDestination> {
  const {
    root,
    name = 'folder',
    environment = systemEnvironment,
  } = checkOptions('folderTarget()', given, optionChecks)
  return {
    name,
    schema: destination,
    deliver: (context) =>
      delivered({ root, environment }, context).catch((error: unknown) => {
        throw folderError(error)
      }),
  }
}

async function delivered(
  { root, environment }: { readonly root: string; readonly environment: Environment },
  context: DeliverContext<FolderDestination>,
): Promise<DeliveryReceipt> {
  const { file, destination, signal } = context
  await mkdir(root, { recursive: true })
  const base = await realpath(root)
  const parts = destination.folder?.split('/') ?? []
  const folder = await realFolder(base, parts)
  const waiting = await realFolder(base, [unfinished])
  const temporary = join(waiting, `${await clearedName(waiting, context.key)}-${environment.uuid()}`)
  try {
    await write(temporary, context)
    signal.throwIfAborted()
    // Again: it took its time.
    await realFolder(base, parts)
    const wanted = destination.fileName ?? visible(file.fileName)
    const name = await publish(temporary, folder, wanted, file)
    if (name !== wanted)
      context.finding({
        severity: 'warning',
        code: 'core/file-renamed',
        message: `There is another file "${wanted}" in the folder; this one is "${name}".`,
        file: name,
      })
    return { location: [...parts, name].join('/') }
  } finally {
    await rm(temporary, { force: true })
  }
}

const visible = (name: string): string => (shown(name) ? name : `_${name}`)

/** What attempts before this one have left goes; one that is under way still cannot publish any more. */
async function clearedName(waiting: string, key: string): Promise<string> {
  const prefix = createHash('sha256').update(key).digest('hex')
  for (const name of await readdir(waiting))
    if (name.startsWith(prefix)) await rm(join(waiting, name), { force: true })
  return prefix
}

async function write(path: string, { file, signal, progress }: DeliverContext): Promise<void> {
  const counted = async function* () {
    let done = 0
    for await (const chunk of file.open()) {
      yield chunk
      done += chunk.length
      progress(done)
    }
  }
  await pipeline(counted, createWriteStream(path, { flags: 'wx', flush: true }), { signal })
}

/**
 * Gives the file its name, unless another one has it; then the next number. A file of the same bytes is this one,
 * delivered before.
 */
async function publish(
  temporary: string,
  folder: string,
  wanted: string,
  file: DeliveredFile,
): Promise<string> {
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : numberedName(wanted, number)
    const path = join(folder, name)
    try {
      await link(temporary, path)
      await flush(folder)
      return name
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      if (await sameFile(path, file)) return name
    }
  }
}

/** The name itself must outlive a loss of power. */
async function flush(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The folder below the real root, made part by part; no part is a symbolic link. */
async function realFolder(base: string, parts: readonly string[]): Promise<string> {
  let path = base
  for (const part of parts) {
    path = join(path, part)
    await mkdir(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
    if (!(await lstat(path)).isDirectory())
      throw new PieceworkError(
        'forbidden',
        'The folder of the destination is none, or leads out of the root.',
      )
  }
  return path
}
