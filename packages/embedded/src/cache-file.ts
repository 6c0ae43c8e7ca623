import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Of gzip (RFC 1952). */
const headerBytes = 10
const flagsAt = 3
const withComment = 0x10

/** The sha256 of the rest in hex, and the zero that ends a comment. */
const commentBytes = 65

export interface CacheFile {
  /** Gzip. */
  readonly content: Buffer
  /** Whether the file is there now. */
  readonly kept: boolean
}

/**
 * Reads a gzip file that is made once and kept, with its sha256 as the comment in its header. A broken one is replaced.
 * Where the folder cannot be written, it is made each time.
 */
export async function cacheFile(path: string, make: () => Promise<Buffer>): Promise<CacheFile> {
  const found = await readFile(path).catch(() => undefined)
  if (found && isWhole(found)) return { content: found, kept: true }
  const content = commented(await make())
  const kept = await keep(path, content).then(
    () => true,
    () => false,
  )
  return { content, kept }
}

function commented(gzip: Buffer): Buffer {
  const header = Buffer.from(gzip.subarray(0, headerBytes))
  header[flagsAt] = withComment
  const rest = gzip.subarray(headerBytes)
  return Buffer.concat([header, Buffer.from(`${sha256(rest)}\0`), rest])
}

function isWhole(file: Buffer): boolean {
  const restAt = headerBytes + commentBytes
  return file.toString('latin1', headerBytes, restAt) === `${sha256(file.subarray(restAt))}\0`
}

async function keep(path: string, content: Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const unfinished = `${path}.${randomUUID()}`
  try {
    await writeFile(unfinished, content)
    await rename(unfinished, path)
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
