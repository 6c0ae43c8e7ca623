import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Environment } from '../contracts/environment.js'
import { temporaryDefaults } from '../defaults.js'
import { systemEnvironment } from '../system-environment.js'

/** The names of all temporary folders of ours begin with it, in every package. */
export const temporaryPrefix = 'piecework-temporary-'

/** In the folder: its age says when the process that owns the folder was last seen. */
export const aliveFile = 'alive'

export interface TemporaryFolderOptions {
  /** Part of its name, for people who look: `sort`. Letters alone. */
  readonly purpose: string
  /** When it is aborted the folder goes at once, whatever still works with it. */
  readonly signal?: AbortSignal | undefined
  /** Default: that of this process. */
  readonly environment?: Pick<Environment, 'every'>
}

/**
 * Runs `use` with an empty folder, which is deleted. That of a process which was killed is deleted by
 * `removeAbandonedFolders`.
 */
export async function withTemporaryFolder<T>(
  { purpose, signal, environment = systemEnvironment }: TemporaryFolderOptions,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted()
  const folder = await mkdtemp(join(tmpdir(), `${temporaryPrefix}${purpose}-`))
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 3 })
  const alive = join(folder, aliveFile)
  const beat = (): void => {
    // The time of files, which is never that of a simulation. One that went is no reason to fail.
    const now = systemEnvironment.now() / 1000
    utimes(alive, now, now).catch(() => undefined)
  }
  const stopBeats = environment.every(temporaryDefaults.heartbeatMs, beat)
  try {
    await writeFile(alive, '', { mode: 0o600 })
    const content = join(folder, 'content')
    await mkdir(content)
    const used = use(content)
    // What goes on after an abort may write once more.
    const isOver = await unlessAborted(used, signal).finally(async () => {
      if (signal?.aborted) used.then(remove, remove).catch(() => undefined)
    })
    return isOver
  } finally {
    stopBeats()
    await remove()
  }
}

/** Rejects as soon as the signal is aborted. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work
  let giveUp = (): void => undefined
  const aborted = new Promise<never>((_, reject) => {
    giveUp = () => reject(signal.reason)
    signal.addEventListener('abort', giveUp)
  })
  try {
    if (signal.aborted) giveUp()
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}
