import type { Polygons } from '../geometry/ring.js'
import { littleEndian, wkbType } from './wkb-type.js'

/** PostGIS's flag of a type that is followed by an SRID. */
const hasSrid = 0x20000000
const srid = 4326

/** Bytes that `writeEwkb` writes. */
export function ewkbSize(polygons: Polygons): number {
  const single = polygons.length === 1
  let size = 9 + (single ? 0 : 4)
  for (const rings of polygons) {
    size += single ? 4 : 9
    for (const ring of rings) size += 4 + ring.byteLength
  }
  return size
}

/** Writes closed rings as EWKB in EPSG:4326 at `offset`: a polygon if there is one, else a multipolygon. */
export function writeEwkb(polygons: Polygons, view: DataView, offset: number): void {
  const single = polygons.length === 1
  let at = writeHead(view, offset, ((single ? wkbType.polygon : wkbType.multiPolygon) | hasSrid) >>> 0)
  at = writeCount(view, at, srid)
  if (!single) at = writeCount(view, at, polygons.length)
  for (const rings of polygons) {
    if (!single) at = writeHead(view, at, wkbType.polygon)
    at = writeCount(view, at, rings.length)
    for (const ring of rings) {
      at = writeCount(view, at, ring.length / 2)
      for (let number = 0; number < ring.length; number += 1, at += 8)
        view.setFloat64(at, ring[number] as number, true)
    }
  }
}

function writeHead(view: DataView, at: number, type: number): number {
  view.setUint8(at, littleEndian)
  return writeCount(view, at + 1, type)
}

function writeCount(view: DataView, at: number, value: number): number {
  view.setUint32(at, value, true)
  return at + 4
}
