import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const blockCharacters = 2 ** 18
const readBytes = 2 ** 16

/** A temporary file of text. It has no name, except on Windows, so it is gone when the process ends for any reason. */
export class SpillFile {
  #opened: Promise<Opened> | undefined
  #waiting: string[] = []
  #waitingCharacters = 0
  #bytes = 0
  #isClosed = false

  add(text: string): void {
    this.#waiting.push(text)
    this.#waitingCharacters += text.length
  }

  /** Whether enough waits to be written. */
  get isFull(): boolean {
    return this.#waitingCharacters >= blockCharacters
  }

  async flush(): Promise<void> {
    if (this.#isClosed) throw new Error('The temporary file is closed')
    if (this.#waiting.length === 0) return
    const bytes = Buffer.from(this.#waiting.join(''))
    this.#waiting = []
    this.#waitingCharacters = 0
    this.#opened ??= openTemporary()
    const { file } = await this.#opened
    await file.writeFile(bytes)
    this.#bytes += bytes.length
  }

  /** From the start. */
  async *read(): AsyncGenerator<Buffer> {
    await this.flush()
    const file = (await this.#opened)?.file
    for (let at = 0; file && at < this.#bytes; ) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(readBytes), 0, readBytes, at)
      if (bytesRead === 0) throw new Error('A temporary file has lost bytes')
      at += bytesRead
      yield buffer.subarray(0, bytesRead)
    }
  }

  /** Flushed bytes from somewhere. */
  async readAt(start: number, length: number): Promise<string> {
    const bytes = Buffer.alloc(length)
    const file = (await this.#opened)?.file
    const read = (await file?.read(bytes, 0, length, start))?.bytesRead
    if (read !== length) throw new Error('A temporary file has lost bytes')
    return bytes.toString('utf8')
  }

  async close(): Promise<void> {
    this.#isClosed = true
    const opened = await this.#opened?.catch(() => undefined)
    if (opened) await closeTemporary(opened)
  }
}

/** A new file for this process alone; without a name where that can be. */
export const openTemporary = (): Promise<Opened> => openNameless().catch(openNamed)

export async function closeTemporary({ file, path }: Opened): Promise<void> {
  await file.close()
  if (path !== undefined) await rm(path, { force: true })
}

export interface Opened {
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
  const path = join(tmpdir(), `piecework-workbook-${randomUUID()}`)
  const file = await open(path, 'wx+', 0o600)
  if (process.platform === 'win32') return { file, path }
  await rm(path)
  return { file }
}
