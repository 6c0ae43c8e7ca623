import { execFile } from 'node:child_process'
import { chown, mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { whenGone } from '@piecework/test-support'

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

interface DiskOptions {
  /** Folder in which it is made. */
  readonly parent: string
  readonly megabytes: number
  /** Whose it is, unless it is this process's. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined
}

const run = promisify(execFile)

/** A tmpfs; undefined where none can be mounted. It goes with this process. */
export async function mountDisk({ parent, megabytes, owner }: DiskOptions): Promise<Disk | undefined> {
  const folder = join(parent, 'disk')
  await mkdir(folder)
  const unmounted = whenGone('mountpoint -q "$1" && umount --lazy "$1"; rm -rf "$1"', folder)
  if (!(await succeeds('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]))) {
    await unmounted.now()
    return undefined
  }
  if (owner) await chown(folder, owner.uid, owner.gid)
  const filler = join(folder, 'filler')
  return {
    folder,
    means: 'tmpfs',
    fill: () => fillWith(filler),
    free: () => rm(filler, { force: true }),
    remove: unmounted.now,
  }
}

/** A tmpfs, or a folder whose writers can be limited by RLIMIT_FSIZE. */
export async function openDisk(options: DiskOptions): Promise<Disk> {
  return (await mountDisk(options)) ?? limitedFolder(options)
}

async function limitedFolder({ parent }: DiskOptions): Promise<Disk> {
  const folder = join(parent, 'disk')
  await mkdir(folder)
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

/** To the last page: what is smaller than a megabyte in the end goes in by pages. */
async function fillWith(path: string): Promise<void> {
  const file = await open(path, 'a')
  try {
    for (const bytes of [1 << 20, 4096]) {
      const chunk = Buffer.alloc(bytes)
      while (await appended(() => file.appendFile(chunk)));
    }
  } finally {
    await file.close()
  }
}

async function appended(write: () => Promise<void>): Promise<boolean> {
  try {
    await write()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false
    throw error
  }
}

async function succeeds(command: string, args: readonly string[]): Promise<boolean> {
  return run(command, [...args]).then(
    () => true,
    () => false,
  )
}
