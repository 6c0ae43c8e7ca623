import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where this user's programs keep what they can make again. */
export function cacheFolder(): string {
  const base =
    process.env.XDG_CACHE_HOME ||
    (process.platform === 'win32' && process.env.LOCALAPPDATA) ||
    join(homedir(), process.platform === 'darwin' ? 'Library/Caches' : '.cache')
  return join(base, 'piecework')
}
