import {
  numberOf,
  numbersOf,
  type ReadRange,
  type TiffDirectory,
  type TiffTag,
  tags,
} from '../tiff/read-tiff.js'
import type { CogLayout, CogLevel } from './cog-layout.js'
import { type Directory, headerOf } from './tiff-header.js'

interface Tile {
  readonly index: number
  readonly offset: number
  readonly length: number
  readonly read: ReadRange
}

/** Of compressed data: bits, compression, photometric, samples, planar, predictor, palette, extra samples, format, nodata. */
const pixelTags = [258, 259, 262, 277, 284, 317, 320, 338, 339, 42113]
/** Geographic keys, and GDAL's own metadata. */
const placeTags = [34735, 34736, 34737, 42112]
/** What offsets of a TIFF hold that is not a BigTIFF, with some room. */
const classicBytes = 2 ** 32 - 2 ** 20

export interface Cog {
  /** Of all bytes. */
  readonly size: number
  /** In one pass. */
  readonly bytes: AsyncIterable<Uint8Array>
}

/**
 * One cloud optimized GeoTIFF of the tiles of others, copied as they are: its header first, which their lengths are known
 * for, then the smallest overview, the whole size last.
 */
export function assembleCog(layout: CogLayout, largestClassic = classicBytes): Cog {
  const levels = layout.levels.map((level) => ({ level, tiles: tilesOf(level, layout.blockSize) }))
  const data = levels.flatMap(({ tiles }) => tiles).reduce((sum, { length }) => sum + length, 0)
  const directories = levels.map(({ level, tiles }, at) => directoryOf(layout, level, tiles, at))
  const isBig =
    data + directories.length * 2 ** 16 + 24 * levels.flatMap(({ tiles }) => tiles).length > largestClassic
  const header = headerOf(directories, isBig)
  const inOrder = levels.toReversed().map(({ tiles }) => tiles)
  return { size: header.length + data, bytes: assembled(header, inOrder) }
}

async function* assembled(
  header: Uint8Array,
  levels: readonly (readonly Tile[])[],
): AsyncGenerator<Uint8Array> {
  yield header
  for (const tiles of levels) for (const run of runsOf(tiles)) yield* copied(run)
}

/** In the order of the parts, and of their bytes. */
function tilesOf({ width, parts }: CogLevel, blockSize: number): readonly Tile[] {
  const across = Math.ceil(width / blockSize)
  return parts.flatMap(({ column, row, directory, read }) => {
    const offsets = numbersOf(directory, tags.tileOffsets)
    const lengths = numbersOf(directory, tags.tileByteCounts)
    const columns = Math.ceil(numberOf(directory, tags.width) / blockSize)
    return offsets
      .map((offset, at): Tile => {
        const index = (row + Math.floor(at / columns)) * across + column + (at % columns)
        return { index, offset, length: lengths[at] ?? 0, read }
      })
      .filter(({ length }) => length > 0)
      .sort((a, b) => a.offset - b.offset)
  })
}

function directoryOf(layout: CogLayout, level: CogLevel, tiles: readonly Tile[], at: number): Directory {
  const base = layout.levels[0]?.parts[0]?.directory as TiffDirectory
  const { blockSize } = layout
  const kept = [...pixelTags, ...(at === 0 ? placeTags : [])].flatMap((tag): [number, TiffTag][] => {
    const value = base.get(tag)
    return value ? [[tag, value]] : []
  })
  const own: [number, TiffTag][] = [
    [tags.width, integers([level.width])],
    [tags.height, integers([level.height])],
    [tags.tileWidth, integers([blockSize])],
    [tags.tileWidth + 1, integers([blockSize])],
    ...(at > 0 ? [[tags.subfileType, integers([1])] as [number, TiffTag]] : place(layout)),
  ]
  const count = Math.ceil(level.width / blockSize) * Math.ceil(level.height / blockSize)
  return { tags: new Map([...kept, ...own]), count, tiles }
}

function place({ originX, originY, pixelWidth, pixelHeight }: CogLayout): [number, TiffTag][] {
  return [
    [33550, doubles([pixelWidth, pixelHeight, 0])],
    [33922, doubles([0, 0, 0, originX, originY, 0])],
  ]
}

function integers(values: readonly number[]): TiffTag {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [at, value] of values.entries()) bytes.writeUInt32LE(value, at * 4)
  return { type: 4, count: values.length, bytes }
}

function doubles(values: readonly number[]): TiffTag {
  const bytes = Buffer.alloc(values.length * 8)
  for (const [at, value] of values.entries()) bytes.writeDoubleLE(value, at * 8)
  return { type: 12, count: values.length, bytes }
}

const most = { bytes: 4 * 1024 ** 2, gap: 4096 }

/** Tiles that are read in one stream: they lie beside each other. */
function* runsOf(tiles: readonly Tile[]): Generator<readonly Tile[]> {
  let run: Tile[] = []
  for (const tile of tiles) {
    const [first, last] = [run[0], run.at(-1)]
    const follows =
      first?.read === tile.read &&
      last !== undefined &&
      tile.offset >= last.offset + last.length &&
      tile.offset - last.offset - last.length <= most.gap &&
      tile.offset + tile.length - first.offset <= most.bytes
    if (!follows && run.length > 0) {
      yield run
      run = []
    }
    run.push(tile)
  }
  if (run.length > 0) yield run
}

/** The bytes of tiles that lie one behind the other, without those between them, as they come. */
async function* copied(run: readonly Tile[]): AsyncGenerator<Uint8Array> {
  const [first, last] = [run[0] as Tile, run.at(-1) as Tile]
  let [at, left] = [first.offset, 0]
  for await (const chunk of first.read(first.offset, last.offset + last.length)) {
    const end = at + chunk.length
    for (; left < run.length; left++) {
      const { offset, length } = run[left] as Tile
      const [from, to] = [Math.max(offset, at), Math.min(offset + length, end)]
      if (from < to) yield chunk.subarray(from - at, to - at)
      if (offset + length > end) break
    }
    at = end
  }
  if (left < run.length) throw new RangeError('A rendered file is shorter than it was')
}
