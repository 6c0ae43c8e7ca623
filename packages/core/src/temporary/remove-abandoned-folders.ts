import { lstat, readdir, rm, rmdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { temporaryDefaults } from '../defaults.js'
import { systemEnvironment } from '../system-environment.js'
import { aliveFile, temporaryPrefix } from './temporary-folder.js'

const ours = new RegExp(`^${temporaryPrefix}[a-z]+-[A-Za-z0-9]{6}$`)

/**
 * Deletes temporary folders of processes that were killed: those of this user whose owner has not been seen for
 * `abandonedMs`. Neither pid nor host says whether one lives, for containers may share the folder. Nothing is reached
 * over a symbolic link.
 */
export async function removeAbandonedFolders(signal: AbortSignal): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (signal.aborted) return
    if (!ours.test(name)) continue
    const folder = join(tmpdir(), name)
    const found = await lstat(folder).catch(absent)
    if (!found?.isDirectory() || !isOwn(found.uid)) continue
    const alive = await lstat(join(folder, aliveFile)).catch(absent)
    if (!isOld(alive?.mtimeMs ?? found.mtimeMs)) continue
    // Without the file it is ours only if it was killed before it wrote one: then it is empty.
    await (alive?.isFile() ? rm(folder, { recursive: true, force: true }) : rmdir(folder)).catch(inUse)
  }
}

const isOld = (mtimeMs: number): boolean => mtimeMs < systemEnvironment.now() - temporaryDefaults.abandonedMs

/** Where there are users. */
const isOwn = (uid: number): boolean => process.getuid === undefined || process.getuid() === uid

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error
}

/** Another process deletes it, too, or it holds something that is not ours. */
function inUse(error: NodeJS.ErrnoException): void {
  if (!['ENOENT', 'ENOTEMPTY', 'EEXIST', 'EBUSY'].includes(error.code ?? '')) throw error
}
