import { RandomAccessReader } from 'yauzl'
import { chunkDefaults } from '../defaults.js'
import type { ByteSource } from './source.js'

/** yauzl reads a directory in many small steps, which are served from one window. @internal */
export class WindowReader extends RandomAccessReader {
  readonly #source: ByteSource
  #window = Buffer.alloc(0)
  #start = 0

  constructor(source: ByteSource) {
    super()
    this.#source = source
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    this.bytes(position, length).then(
      (bytes) => callback(null, bytes.copy(buffer, offset)),
      (error: unknown) => callback(error as Error),
    )
  }

  async bytes(position: number, length: number): Promise<Buffer> {
    const { size } = this.#source
    if (!Number.isSafeInteger(position) || position < 0 || position + length > size)
      throw new Error('it points outside of itself')
    const inWindow = position >= this.#start && position + length <= this.#start + this.#window.length
    if (!inWindow) {
      const end = Math.min(size, position + Math.max(length, chunkDefaults.windowBytes))
      const chunks: Uint8Array[] = []
      for await (const chunk of this.#source.read({ start: position, end })) chunks.push(chunk)
      this.#window = Buffer.concat(chunks)
      this.#start = position
    }
    return this.#window.subarray(position - this.#start, position - this.#start + length)
  }

  override close(callback: (error: Error | null) => void): void {
    callback(null)
  }
}
