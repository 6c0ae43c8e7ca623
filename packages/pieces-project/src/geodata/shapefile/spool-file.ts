import { randomUUID } from 'node:crypto'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { PieceworkError } from '@piecework/core'

const blockBytes = 256 * 1024

/**
 * A file of a shapefile while it is written: its header is known last. It loses its name in the temporary folder at once, so that it ends
 * with the process, however that ends.
 */
export class SpoolFile {
  readonly #file: FileHandle
  readonly #kept: string | undefined
  readonly #limit: number
  readonly #name: string
  #waiting: Uint8Array[] = []
  #waitingBytes = 0
  #size = 0

  private constructor(file: FileHandle, kept: string | undefined, name: string, limit: number) {
    this.#file = file
    this.#kept = kept
    this.#name = name
    this.#limit = limit
  }

  /** `limit` is the most bytes that it may have; `name` stands for it in the error. */
  static async create(name: string, limit: number): Promise<SpoolFile> {
    const path = join(tmpdir(), `piecework-shapefile-${randomUUID()}`)
    const file = await open(path, 'wx+', 0o600)
    // Not every system deletes open files: there it goes when it is closed.
    const kept = await rm(path).then(
      () => undefined,
      () => path,
    )
    return new SpoolFile(file, kept, name, limit)
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
    if (this.#kept !== undefined) await rm(this.#kept, { force: true })
  }
}
