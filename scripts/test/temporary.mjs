import { statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'

const inMemory = '/dev/shm'
const enoughBytes = 8 * 1024 ** 3

/**
 * The folder for what tests and their servers write: in memory where that has room, for scratch databases are thousands of
 * small files. TMPDIR decides where it is set.
 */
export function temporaryFolder() {
  if (process.env.TMPDIR) return process.env.TMPDIR
  try {
    const { bavail, bsize } = statfsSync(inMemory)
    return bavail * bsize >= enoughBytes ? inMemory : tmpdir()
  } catch {
    return tmpdir()
  }
}
