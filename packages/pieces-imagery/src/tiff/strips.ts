import { type FileHandle, open } from 'node:fs/promises'
import { stripRows } from '../defaults.js'
import { bytesOf, bytesPerPixel, type DataType, type Pixels } from '../pixels/data-type.js'
import type { PixelPool } from '../pixels/pixel-pool.js'
import { handleRanges, numberOf, numbersOf, readTiff, tags } from './read-tiff.js'

/** How GDAL's programs write what is read here: not compressed, band by band, as many rows a strip as are computed at once. */
export const stripOptions: readonly string[] = [
  ...['-of', 'GTiff', '-co', 'COMPRESS=NONE', '-co', 'INTERLEAVE=BAND', '-co', `BLOCKYSIZE=${stripRows}`],
  ...['-co', 'BIGTIFF=IF_SAFER', '-co', 'ENDIANNESS=LITTLE'],
]

export interface Rows {
  readonly from: number
  readonly count: number
}

/** A file of `stripOptions`. */
export interface Strips {
  readonly bands: number
  /** Rows `[from, from + count)` of a band, all of one strip. */
  read(band: number, rows: Rows, pool: PixelPool): Promise<Pixels>
  close(): Promise<void>
}

export async function openStrips(file: string, type: DataType): Promise<Strips> {
  const handle = await open(file)
  try {
    return await stripsOf(handle, type)
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function stripsOf(handle: FileHandle, type: DataType): Promise<Strips> {
  const [image] = await readTiff(handleRanges(handle))
  if (!image) throw new RangeError('A TIFF has an image')
  const [width, height] = [numberOf(image, tags.width), numberOf(image, tags.height)]
  const offsets = numbersOf(image, tags.stripOffsets)
  const strips = Math.ceil(height / stripRows)
  if (Math.min(numberOf(image, tags.rowsPerStrip), height) !== Math.min(stripRows, height))
    throw new RangeError('The strips of a warped scene have other rows')
  return {
    bands: offsets.length / strips,
    read: async (band, { from, count }, pool) => {
      const pixels = pool.take(type, width * count)
      const bytes = bytesOf(pixels)
      const strip = Math.floor(from / stripRows)
      const before = (from - strip * stripRows) * width * bytesPerPixel(type)
      const start = (offsets[band * strips + strip] ?? 0) + before
      for (let at = 0; at < bytes.length; ) {
        const { bytesRead } = await handle.read(bytes, at, bytes.length - at, start + at)
        if (bytesRead === 0) throw new RangeError('A warped scene is shorter than it should be')
        at += bytesRead
      }
      return pixels
    },
    close: () => handle.close(),
  }
}
