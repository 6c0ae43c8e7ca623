import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { PieceworkError } from '@piecework/core/piece'
import { spoolBlockBytes } from '../../defaults.js'

/**
 * A temporary file for a part of a shapefile, whose header is known only at the end. It has no name, except on Windows,
 * so it is gone when the process ends for any reason.
 */
export class SpoolFile {
  readonly #file: FileHandle
  readonly #path: string | undefined
  readonly #limit: number
  readonly #name: string
  /** Bytes that wait to be written, from the start. */
  #block: Buffer = Buffer.allocUnsafe(spoolBlockBytes)
  #waiting = 0
  #size = 0

  private constructor(file: FileHandle, path: string | undefined, name: string, limit: number) {
    this.#file = file
    this.#path = path
    this.#name = name
    this.#limit = limit
  }

  /** `limit` in bytes; `name` is used in the error. */
  static async create(name: string, limit: number): Promise<SpoolFile> {
    const { file, path } = await openNameless().catch(openNamed)
    return new SpoolFile(file, path, name, limit)
  }

  /** Bytes written and waiting. */
  get size(): number {
    return this.#size
  }

  /** Of the place that was reserved last. */
  get block(): Buffer {
    return this.#block
  }

  /** Where in `block` so many bytes are to be written at once. Throws `vector/file-too-large` beyond the limit. */
  reserve(bytes: number): number {
    this.#size += bytes
    if (this.#size > this.#limit)
      throw new PieceworkError(
        'vector/file-too-large',
        `The shapefile's ${this.#name} would have more than ${this.#limit} bytes; ask for GeoJSON instead.`,
        { facts: { file: this.#name, limit: this.#limit } },
      )
    const at = this.#waiting
    this.#waiting += bytes
    if (this.#waiting > this.#block.length) {
      const larger = Buffer.allocUnsafe(2 * this.#waiting)
      this.#block.copy(larger, 0, 0, at)
      this.#block = larger
    }
    return at
  }

  add(bytes: Uint8Array): void {
    const at = this.reserve(bytes.length)
    this.#block.set(bytes, at)
  }

  /** Writes the waiting bytes if there are at least `minBytes`. */
  async flush(minBytes = spoolBlockBytes): Promise<void> {
    if (this.#waiting < minBytes) return
    const bytes = this.#block.subarray(0, this.#waiting)
    this.#waiting = 0
    await this.#file.writeFile(bytes)
  }

  /** Overwrites the placeholder at the beginning with the header. */
  async finish(header: Uint8Array): Promise<void> {
    await this.flush(0)
    await this.#file.write(header, 0, header.length, 0)
  }

  /** The whole file, after `finish`. */
  read(): Readable {
    return this.#file.createReadStream({ start: 0, autoClose: false })
  }

  /** Deletes the file. Idempotent. */
  async close(): Promise<void> {
    await this.#file.close()
    if (this.#path !== undefined) await rm(this.#path, { force: true })
  }
}

interface Opened {
  readonly file: FileHandle
  /** To be deleted; undefined if the file has no name. */
  readonly path?: string
}

/** Linux's O_TMPFILE without O_DIRECTORY; Node has no constant for it. */
const nameless = 0o20_000_000

/** Rejects if the system or the file system of the temporary folder does not support it. */
async function openNameless(): Promise<Opened> {
  if (process.platform !== 'linux') throw new Error('only Linux has files without names')
  return { file: await open(tmpdir(), constants.O_RDWR | constants.O_DIRECTORY | nameless, 0o600) }
}

async function openNamed(): Promise<Opened> {
  const path = join(tmpdir(), `piecework-shapefile-${randomUUID()}`)
  const file = await open(path, 'wx+', 0o600)
  if (process.platform === 'win32') return { file, path }
  await rm(path)
  return { file }
}
