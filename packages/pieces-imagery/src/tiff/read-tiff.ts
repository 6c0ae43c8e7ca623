import type { FileHandle } from 'node:fs/promises'
import { PieceworkError } from '@piecework/core/piece'

/** Bytes `[start, end)` of a file, fewer where it ends. */
export type ReadRange = (start: number, end: number) => AsyncIterable<Uint8Array>

/** Of an open file, at once: of what is small. */
export const handleRanges = (handle: FileHandle): ReadRange =>
  async function* (start, end) {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(end - start), 0, end - start, start)
    yield buffer.subarray(0, bytesRead)
  }

export interface TiffTag {
  readonly type: number
  readonly count: number
  /** Little-endian. */
  readonly bytes: Uint8Array
}

/** One image of a file: its tags by their numbers. */
export type TiffDirectory = ReadonlyMap<number, TiffTag>

export const tags = {
  subfileType: 254,
  width: 256,
  height: 257,
  stripOffsets: 273,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  tileWidth: 322,
  tileOffsets: 324,
  tileByteCounts: 325,
} as const

/** Bytes of a value by the number of its type. */
const sizes: Readonly<Record<number, number>> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  16: 8,
  17: 8,
  18: 8,
}
const most = { directories: 64, tags: 200, bytes: 2 ** 28 }

/** The images of a little-endian TIFF or BigTIFF, such as GDAL writes here. Throws `imagery/tiff-invalid`. */
export async function readTiff(read: ReadRange): Promise<readonly TiffDirectory[]> {
  const range = async (start: number, length: number): Promise<Buffer> => {
    if (length > most.bytes) throw invalid('a tag is too large')
    const chunks: Uint8Array[] = []
    for await (const chunk of read(start, start + length)) chunks.push(chunk)
    const bytes = Buffer.concat(chunks)
    if (bytes.length !== length) throw invalid('it ends too early')
    return bytes
  }
  const start = await range(0, 8)
  const version = start.readUInt16LE(2)
  if (start.toString('latin1', 0, 2) !== 'II' || (version !== 42 && version !== 43))
    throw invalid('it is no little-endian TIFF')
  const isBig = version === 43
  const layout = isBig ? { count: 8, entry: 20, inline: 8 } : { count: 2, entry: 12, inline: 4 }
  const offset = (buffer: Buffer, at: number) =>
    isBig ? Number(buffer.readBigUInt64LE(at)) : buffer.readUInt32LE(at)
  let next = isBig ? offset(await range(8, 8), 0) : offset(start, 4)
  const directories: TiffDirectory[] = []
  while (next !== 0) {
    if (directories.length >= most.directories) throw invalid('it has too many images')
    const head = await range(next, layout.count)
    const count = isBig ? Number(head.readBigUInt64LE(0)) : head.readUInt16LE(0)
    if (count > most.tags) throw invalid('an image has too many tags')
    const body = await range(next + layout.count, count * layout.entry + layout.inline)
    const found = new Map<number, TiffTag>()
    for (let at = 0; at < count * layout.entry; at += layout.entry) {
      const type = body.readUInt16LE(at + 2)
      const values = isBig ? Number(body.readBigUInt64LE(at + 4)) : body.readUInt32LE(at + 4)
      const size = values * (sizes[type] ?? Number.NaN)
      if (!Number.isSafeInteger(size)) throw invalid('a tag has an unknown type')
      const place = at + layout.entry - layout.inline
      const bytes =
        size <= layout.inline ? body.subarray(place, place + size) : await range(offset(body, place), size)
      found.set(body.readUInt16LE(at), { type, count: values, bytes })
    }
    directories.push(found)
    next = offset(body, count * layout.entry)
  }
  if (directories.length === 0) throw invalid('it has no image')
  return directories
}

/** The values of a tag of integers. */
export function numbersOf(directory: TiffDirectory, tag: number): readonly number[] {
  const found = directory.get(tag)
  if (!found) throw invalid(`it has no tag ${tag}`)
  const { bytes, type, count } = found
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return Array.from({ length: count }, (_, at) => {
    if (type === 3) return view.getUint16(at * 2, true)
    if (type === 4) return view.getUint32(at * 4, true)
    if (type === 16) return Number(view.getBigUint64(at * 8, true))
    throw invalid(`its tag ${tag} is not of integers`)
  })
}

export function numberOf(directory: TiffDirectory, tag: number): number {
  return numbersOf(directory, tag)[0] as number
}

function invalid(why: string): PieceworkError {
  return new PieceworkError('imagery/tiff-invalid', `A rendered file cannot be read: ${why}`)
}
