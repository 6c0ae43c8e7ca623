import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { PieceworkError } from '@piecework/core/piece'

const blockBytes = 256 * 1024

/**
 * A file of a shapefile while it is written: its header is known last. On Linux it never has a name, so that it ends with the process,
 * however that ends.
 */
export class SpoolFile {
  readonly #file: FileHandle
  readonly #path: string | undefined
  readonly #limit: number
  readonly #name: string
  #waiting: Uint8Array[] = []
  #waitingBytes = 0
  #size = 0

  private constructor(file: FileHandle, path: string | undefined, name: string, limit: number) {
    this.#file = file
    this.#path = path
    this.#name = name
    this.#limit = limit
  }

  /** `limit` is the most bytes that it may have; `name` stands for it in the error. */
  static async create(name: string, limit: number): Promise<SpoolFile> {
    const { file, path } = await openNameless().catch(openNamed)
    return new SpoolFile(file, path, name, limit)
  }

  /** Bytes that it has or waits to write. */
  get size(): number {
    return this.#size
  }

  add(bytes: Uint8Array): void {
    this.#size += bytes.length
    this.#waitingBytes += bytes.length
    if (this.#size > this.#limit)
      throw new PieceworkError(
        'unsupported',
        `The shapefile's ${this.#name} would have more than ${this.#limit} bytes; ask for GeoJSON instead.`,
        { facts: { file: this.#name, limit: this.#limit } },
      )
    this.#waiting.push(bytes)
  }

  /** Writes what waits, once it is worth it. */
  async flush(least = blockBytes): Promise<void> {
    if (this.#waitingBytes < least) return
    const bytes = Buffer.concat(this.#waiting)
    this.#waiting = []
    this.#waitingBytes = 0
    await this.#file.writeFile(bytes)
  }

  /** Puts the header over the place that was kept for it. */
  async finish(header: Uint8Array): Promise<void> {
    await this.flush(0)
    await this.#file.write(header, 0, header.length, 0)
  }

  /** All of it, once it is finished. */
  read(): Readable {
    return this.#file.createReadStream({ start: 0, autoClose: false })
  }

  /** May be called again. */
  async close(): Promise<void> {
    await this.#file.close()
    if (this.#path !== undefined) await rm(this.#path, { force: true })
  }
}

interface Opened {
  readonly file: FileHandle
  /** To be deleted when it is closed. */
  readonly path?: string
}

/** Linux's O_TMPFILE without O_DIRECTORY, for which Node has no name. */
const nameless = 0o20_000_000

/** Rejects where the system, or the file system of the temporary folder, knows none. */
async function openNameless(): Promise<Opened> {
  if (process.platform !== 'linux') throw new Error('only Linux has nameless files')
  return { file: await open(tmpdir(), constants.O_RDWR | constants.O_DIRECTORY | nameless, 0o600) }
}

async function openNamed(): Promise<Opened> {
  const path = join(tmpdir(), `piecework-shapefile-${randomUUID()}`)
  return { file: await open(path, 'wx+', 0o600), path }
}
