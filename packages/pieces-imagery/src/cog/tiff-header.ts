import { type TiffTag, tags } from '../tiff/read-tiff.js'

/** One image of a file that is written: its tags but for those of tiles, and its tiles in the order of their bytes. */
export interface Directory {
  readonly tags: ReadonlyMap<number, TiffTag>
  /** Tiles of the image, those that are missing as well. */
  readonly count: number
  readonly tiles: readonly { readonly index: number; readonly length: number }[]
}

interface Placed {
  readonly at: number
  readonly entries: readonly (readonly [number, TiffTag])[]
  /** Where values stand that do not fit into their entry, by tag. */
  readonly values: ReadonlyMap<number, number>
}

/** All that comes before the data, which follows in the order of the last directory to the first one. */
export function headerOf(directories: readonly Directory[], isBig: boolean): Uint8Array {
  const layout = isBig
    ? { head: 16, count: 8, entry: 20, inline: 8 }
    : { head: 8, count: 2, entry: 12, inline: 4 }
  let end = layout.head
  const placed = directories.map((directory): Placed => {
    const entries = [...directory.tags, ...tileTags(directory.count, isBig)].sort(([a], [b]) => a - b)
    const at = end
    end += layout.count + entries.length * layout.entry + layout.inline
    const values = new Map<number, number>()
    for (const [tag, { bytes }] of entries) {
      if (bytes.length <= layout.inline) continue
      end += end % 8 === 0 ? 0 : 8 - (end % 8)
      values.set(tag, end)
      end += bytes.length
    }
    end += end % 8 === 0 ? 0 : 8 - (end % 8)
    return { at, entries, values }
  })
  placeTiles(directories, placed, end, isBig)
  const header = Buffer.alloc(end)
  header.write('II', 0, 'latin1')
  header.writeUInt16LE(isBig ? 43 : 42, 2)
  if (isBig) header.writeUInt16LE(8, 4)
  const offset = (value: number, at: number) =>
    isBig ? header.writeBigUInt64LE(BigInt(value), at) : header.writeUInt32LE(value, at)
  offset(placed[0]?.at ?? 0, layout.inline)
  for (const [n, { at, entries, values }] of placed.entries()) {
    if (isBig) header.writeBigUInt64LE(BigInt(entries.length), at)
    else header.writeUInt16LE(entries.length, at)
    let place = at + layout.count
    for (const [tag, { type, count, bytes }] of entries) {
      header.writeUInt16LE(tag, place)
      header.writeUInt16LE(type, place + 2)
      offset(count, place + 4)
      const apart = values.get(tag)
      const value = place + layout.entry - layout.inline
      if (apart !== undefined) offset(apart, value)
      header.set(bytes, apart ?? value)
      place += layout.entry
    }
    offset(placed[n + 1]?.at ?? 0, place)
  }
  return header
}

function tileTags(count: number, isBig: boolean): [number, TiffTag][] {
  const type = isBig ? 16 : 4
  return [
    [tags.tileOffsets, { type, count, bytes: new Uint8Array(count * (isBig ? 8 : 4)) }],
    [tags.tileByteCounts, { type: 4, count, bytes: new Uint8Array(count * 4) }],
  ]
}

function placeTiles(
  directories: readonly Directory[],
  placed: readonly Placed[],
  start: number,
  isBig: boolean,
): void {
  let at = start
  for (let n = directories.length - 1; n >= 0; n--) {
    const entries = new Map(placed[n]?.entries)
    const offsets = viewOf(entries.get(tags.tileOffsets))
    const lengths = viewOf(entries.get(tags.tileByteCounts))
    for (const { index, length } of directories[n]?.tiles ?? []) {
      if (isBig) offsets.setBigUint64(index * 8, BigInt(at), true)
      else offsets.setUint32(index * 4, at, true)
      lengths.setUint32(index * 4, length, true)
      at += length
    }
  }
}

function viewOf(tag: TiffTag | undefined): DataView {
  const bytes = tag?.bytes ?? new Uint8Array()
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}
