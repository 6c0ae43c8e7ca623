import type { Position } from './shp.js'

const polygonType = 3
const multiPolygonType = 6
const hasSrid = 0x20000000
const srid = 4326

/** Polygons of closed rings (the outer one first) as hexadecimal EWKB in EPSG:4326: a polygon where there is one, else a multipolygon. */
export function ewkbHex(polygons: readonly (readonly (readonly Position[])[])[]): string {
  const single = polygons.length === 1
  let size = 9 + (single ? 0 : 4)
  for (const rings of polygons) {
    size += single ? 4 : 9
    for (const ring of rings) size += 4 + 16 * ring.length
  }
  const bytes = Buffer.allocUnsafe(size)
  let at = 0
  const head = (type: number) => {
    at = bytes.writeUInt8(1, at)
    at = bytes.writeUInt32LE(type, at)
  }
  head(((single ? polygonType : multiPolygonType) | hasSrid) >>> 0)
  at = bytes.writeUInt32LE(srid, at)
  if (!single) at = bytes.writeUInt32LE(polygons.length, at)
  for (const rings of polygons) {
    if (!single) head(polygonType)
    at = bytes.writeUInt32LE(rings.length, at)
    for (const ring of rings) {
      at = bytes.writeUInt32LE(ring.length, at)
      for (const [x, y] of ring) {
        at = bytes.writeDoubleLE(x, at)
        at = bytes.writeDoubleLE(y, at)
      }
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
