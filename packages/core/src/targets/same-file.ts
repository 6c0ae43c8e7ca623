import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import type { DeliveredFile } from '../contracts/target.js'

/** Whether a regular file has these bytes. */
export async function sameFile(
  path: string,
  { size, sha256 }: Pick<DeliveredFile, 'size' | 'sha256'>,
): Promise<boolean> {
  // Neither a link is followed, nor a pipe waited for.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  const file = await open(path, flags).catch(() => undefined)
  if (!file) return false
  try {
    const found = await file.stat()
    if (!found.isFile() || found.size !== size) return false
    const hash = createHash('sha256')
    for await (const chunk of file.createReadStream({ autoClose: false })) hash.update(chunk as Buffer)
    return hash.digest('hex') === sha256
  } finally {
    await file.close()
  }
}
