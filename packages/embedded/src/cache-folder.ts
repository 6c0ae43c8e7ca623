import { homedir } from 'node:os'
import { join } from 'node:path'

/** Folder for files that can be made again, by the conventions of the operating system. */
export function cacheFolder(): string {
  const base =
    process.env.XDG_CACHE_HOME ||
    (process.platform === 'win32' && process.env.LOCALAPPDATA) ||
    join(homedir(), process.platform === 'darwin' ? 'Library/Caches' : '.cache')
  return join(base, 'piecework')
}
