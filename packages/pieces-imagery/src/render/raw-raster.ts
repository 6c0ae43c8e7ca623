import type { FileHandle } from 'node:fs/promises'
import { bytesOf, bytesPerPixel, type DataType, type Pixels } from '../pixels/data-type.js'

/** A file of pixels, band after band, row after row, in the byte order of the machine. */
export interface RawRaster {
  readonly file: string
  readonly width: number
  readonly height: number
  readonly type: DataType
  readonly bands: number
}

/** From the row `from` on. */
export async function writeRows(
  handle: FileHandle,
  { width, height, type }: RawRaster,
  band: number,
  from: number,
  pixels: Pixels,
): Promise<void> {
  const bytes = bytesOf(pixels)
  const start = (band * height + from) * width * bytesPerPixel(type)
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, at, bytes.length - at, start + at)
    at += bytesWritten
  }
}
