import type { Ring } from './ring.js'
import type { Position } from './shp.js'

const polygonType = 3
const multiPolygonType = 6
const hasSrid = 0x20000000
const srid = 4326

/** Polygons of closed rings (the outer one first) as hexadecimal EWKB in EPSG:4326: a polygon where there is one, else a multipolygon. */
export function ewkbHex(polygons: readonly (readonly Ring[])[]): string {
  const single = polygons.length === 1
  let size = 9 + (single ? 0 : 4)
  for (const rings of polygons) {
    size += single ? 4 : 9
    for (const ring of rings) size += 4 + ring.byteLength
  }
  const bytes = Buffer.allocUnsafe(size)
  const view = new DataView(bytes.buffer, bytes.byteOffset, size)
  let at = 0
  const head = (type: number) => {
    view.setUint8(at, 1)
    view.setUint32(at + 1, type, true)
    at += 5
  }
  const count = (value: number) => {
    view.setUint32(at, value, true)
    at += 4
  }
  head(((single ? polygonType : multiPolygonType) | hasSrid) >>> 0)
  count(srid)
  if (!single) count(polygons.length)
  for (const rings of polygons) {
    if (!single) head(polygonType)
    count(rings.length)
    for (const ring of rings) {
      count(ring.length / 2)
      for (let number = 0; number < ring.length; number += 1, at += 8)
        view.setFloat64(at, ring[number] as number, true)
    }
  }
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
