import { readdir, rm, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Problem, problem } from '../problem.js'

const day = 24 * 60 * 60 * 1000

export interface FilesCheck {
  /** In which there is to be no file. */
  readonly folders: readonly string[]
  /**
   * What processes that died were writing may stay for a day: it is made older than that, and must go then.
   */
  readonly age: boolean
  readonly patienceMs: number
}

/** Waits up to `patienceMs` until no file is left; files that are left then are reported, and deleted. */
export async function noFiles({ folders, age, patienceMs }: FilesCheck): Promise<readonly Problem[]> {
  const end = Date.now() + patienceMs
  for (;;) {
    const files = (await Promise.all(folders.map(filesIn))).flat()
    if (files.length === 0) return []
    if (Date.now() >= end) {
      for (const file of files) await rm(file, { force: true })
      return files.map((file) => problem('left over', `file ${file}`))
    }
    if (age) await Promise.all(files.map(makeOld))
    await sleep(200)
  }
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(gone)
  return (found ?? [])
    .filter((item) => !item.isDirectory())
    .map((item) => join(item.parentPath ?? item.path, item.name))
}

async function makeOld(file: string): Promise<void> {
  const then = new Date(Date.now() - 2 * day)
  await utimes(file, then, then).catch(gone)
}

/** Others delete meanwhile. */
function gone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
