import { type FileHandle, open } from 'node:fs/promises'
import { PieceworkError } from '@piecework/core'

const blockBytes = 256 * 1024

/** A file of a shapefile while it is written: its header is known last. */
export class SpoolFile {
  readonly path: string
  readonly #file: FileHandle
  readonly #limit: number
  readonly #name: string
  #waiting: Uint8Array[] = []
  #waitingBytes = 0
  #size = 0

  private constructor(file: FileHandle, path: string, name: string, limit: number) {
    this.#file = file
    this.path = path
    this.#name = name
    this.#limit = limit
  }

  /** `limit` is the most bytes that it may have; `name` stands for it in the error. */
  static async create(path: string, name: string, limit: number): Promise<SpoolFile> {
    return new SpoolFile(await open(path, 'wx', 0o600), path, name, limit)
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
    await this.close()
  }

  /** May be called again. */
  async close(): Promise<void> {
    await this.#file.close()
  }
}
