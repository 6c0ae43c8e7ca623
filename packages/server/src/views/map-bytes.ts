import type { MapUnit, UnitMap } from '@piecework/core/piece'
import { mapDefaults } from '../defaults.js'
import { packUnits } from './packed-units.js'

/**
 * A map as a browser draws it, little-endian: the length of a JSON head, the head (`of`, `coordinates`, `columns`), then
 * batches. Each is the length of what follows; the number n of units; the box of its coordinates as four float64 (least x,
 * least y, width, height); n ids (int32); each column (n float32, NaN for none); the rings of each unit (uint16), the
 * points of each ring (uint16), and the points: x and y as parts of 65535 of the box. The last batch has no units.
 */
export async function* mapBytes(map: UnitMap): AsyncGenerator<Uint8Array> {
  const { of, coordinates, columns } = map
  const head = Buffer.from(JSON.stringify({ of, coordinates, columns }))
  yield Buffer.concat([uint32(head.byteLength), head])
  for await (const batch of map.units())
    for (let at = 0; at < batch.length; at += mapDefaults.batchUnits) {
      const units = batch.slice(at, at + mapDefaults.batchUnits)
      const bytes = batchBytes(units, columns.length)
      yield Buffer.concat([uint32(bytes.byteLength), bytes])
    }
  yield Buffer.concat([uint32(4), uint32(0)])
}

function batchBytes(units: readonly MapUnit[], columns: number): Uint8Array {
  const box = boxOf(units)
  const packed = packUnits(units, box, units.length * (mapDefaults.unitBytes - 4 - columns * 4))
  const rings = packed.flat()
  const points = rings.reduce((sum, { length }) => sum + length / 2, 0)
  const size = 36 + units.length * (4 + columns * 4 + 2) + rings.length * 2 + points * 4
  const bytes = Buffer.alloc(size)
  let at = bytes.writeUInt32LE(units.length, 0)
  for (const value of box) at = bytes.writeDoubleLE(value, at)
  for (const { id } of units) at = bytes.writeInt32LE(id, at)
  for (let column = 0; column < columns; column += 1)
    for (const { values } of units) at = bytes.writeFloatLE(values[column] ?? Number.NaN, at)
  for (const unit of packed) at = bytes.writeUInt16LE(unit.length, at)
  for (const ring of rings) at = bytes.writeUInt16LE(ring.length / 2, at)
  for (const ring of rings) for (const value of ring) at = bytes.writeUInt16LE(value, at)
  return bytes
}

/** Least x, least y, width and height. */
function boxOf(units: readonly MapUnit[]): readonly [number, number, number, number] {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const { rings } of units)
    for (const ring of rings)
      for (let at = 0; at < ring.length; at += 2) {
        const [x, y] = [ring[at] as number, ring[at + 1] as number]
        if (x < x0) x0 = x
        if (x > x1) x1 = x
        if (y < y0) y0 = y
        if (y > y1) y1 = y
      }
  return x0 > x1 ? [0, 0, 0, 0] : [x0, y0, x1 - x0, y1 - y0]
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
