import { execFile } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** A small disk that can be filled. */
export interface Disk {
  readonly folder: string
  /** How it is filled. `none`: it cannot be. */
  readonly means: 'tmpfs' | 'file-size limit' | 'none'
  /** From now on no process writes another byte; if file sizes are limited instead, these processes only. */
  fill(processes: readonly number[]): Promise<void>
  free(processes: readonly number[]): Promise<void>
  remove(): Promise<void>
}

const run = promisify(execFile)
const megabytes = 24

/**
 * A tmpfs below `parent` if one can be mounted, else a folder whose writers can be limited by RLIMIT_FSIZE.
 */
export async function openDisk(parent: string): Promise<Disk> {
  const folder = join(parent, 'disk')
  await mkdir(folder)
  const mounted = await succeeds('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder])
  if (mounted) return mountedDisk(folder)
  const limited = await succeeds('prlimit', ['--version'])
  const limit = async (pids: readonly number[], bytes: string) => {
    // One that has just been killed needs none.
    for (const pid of pids) await succeeds('prlimit', ['--pid', `${pid}`, `--fsize=${bytes}:`])
  }
  return {
    folder,
    means: limited ? 'file-size limit' : 'none',
    fill: (pids) => limit(pids, '1000'),
    free: (pids) => limit(pids, 'unlimited'),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

function mountedDisk(folder: string): Disk {
  const filler = join(folder, 'filler')
  return {
    folder,
    means: 'tmpfs',
    fill: async () => {
      const isFull = (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOSPC') throw error
      }
      await writeFile(filler, Buffer.alloc(megabytes << 20)).catch(isFull)
    },
    free: () => rm(filler, { force: true }),
    remove: async () => {
      await run('umount', ['--lazy', folder])
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function succeeds(command: string, args: readonly string[]): Promise<boolean> {
  return run(command, [...args]).then(
    () => true,
    () => false,
  )
}
