import type { Ring } from './geometry/ring.js'
import type { Position } from './shapefile/read/shp.js'

const polygonType = 3
const multiPolygonType = 6
const hasSrid = 0x20000000
const srid = 4326

/** Bytes that `writeEwkb` writes. */
export function ewkbSize(polygons: readonly (readonly Ring[])[]): number {
  const single = polygons.length === 1
  let size = 9 + (single ? 0 : 4)
  for (const rings of polygons) {
    size += single ? 4 : 9
    for (const ring of rings) size += 4 + ring.byteLength
  }
  return size
}

/** Polygons of closed rings (the outer one first) as EWKB in EPSG:4326, from `at` on: a polygon where there is one, else a multipolygon. */
export function writeEwkb(polygons: readonly (readonly Ring[])[], view: DataView, at: number): void {
  const single = polygons.length === 1
  let to = writeHead(view, at, ((single ? polygonType : multiPolygonType) | hasSrid) >>> 0)
  to = writeCount(view, to, srid)
  if (!single) to = writeCount(view, to, polygons.length)
  for (const rings of polygons) {
    if (!single) to = writeHead(view, to, polygonType)
    to = writeCount(view, to, rings.length)
    for (const ring of rings) {
      to = writeCount(view, to, ring.length / 2)
      for (let number = 0; number < ring.length; number += 1, to += 8)
        view.setFloat64(to, ring[number] as number, true)
    }
  }
}

function writeHead(view: DataView, at: number, type: number): number {
  view.setUint8(at, 1)
  return writeCount(view, at + 1, type)
}

function writeCount(view: DataView, at: number, value: number): number {
  view.setUint32(at, value, true)
  return at + 4
}

/** EWKB in hexadecimal. */
export function ewkbHex(polygons: readonly (readonly Ring[])[]): string {
  const bytes = Buffer.allocUnsafe(ewkbSize(polygons))
  writeEwkb(polygons, new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0)
  return bytes.toString('hex')
}

/** What `ewkbHex` was given. */
export function ewkbPolygons(hex: string): Position[][][] {
  const bytes = Buffer.from(hex, 'hex')
  let at = 0
  const count = () => {
    at += 4
    return bytes.readUInt32LE(at - 4)
  }
  const position = (): Position => {
    at += 16
    return [bytes.readDoubleLE(at - 16), bytes.readDoubleLE(at - 8)]
  }
  const times = <T>(read: () => T): T[] => Array.from({ length: count() }, read)
  const polygon = () => {
    at += 5
    return times(() => times(position))
  }
  const type = bytes.readUInt32LE(1) & 0xff
  at = 9
  return type === polygonType ? [times(() => times(position))] : times(polygon)
}
