import { writeFile } from 'node:fs/promises'
import { type Point, projection } from './projection.js'

export interface Shape {
  readonly puid: number
  /** One closed ring, clockwise. */
  readonly ring: readonly Point[]
}

const polygon = 5
const headerSize = 100
const idWidth = 10

/**
 * Writes `<path>.shp`, .shx, .dbf, .prj and .cpg: polygons with one attribute, `puid`.
 * @see ESRI Shapefile Technical Description, July 1998
 */
export async function writeShapefile(path: string, shapes: readonly Shape[]): Promise<void> {
  const records = shapes.map(({ ring }, index) => record(ring, index + 1))
  const content = Buffer.concat(records)
  const box = boxOf(shapes.flatMap(({ ring }) => ring))
  await writeFile(`${path}.shp`, [header(content.length, box), content])
  const index = indexOf(records)
  await writeFile(`${path}.shx`, [header(index.length, box), index])
  await writeFile(`${path}.dbf`, attributes(shapes))
  await writeFile(`${path}.prj`, projection)
  await writeFile(`${path}.cpg`, 'UTF-8')
}

/** Lengths and offsets count 16-bit words; some numbers are big-endian, some are not. */
function header(contentLength: number, box: readonly number[]): Buffer {
  const bytes = Buffer.alloc(headerSize)
  bytes.writeInt32BE(9994, 0)
  bytes.writeInt32BE((headerSize + contentLength) / 2, 24)
  bytes.writeInt32LE(1000, 28)
  bytes.writeInt32LE(polygon, 32)
  for (const [at, value] of box.entries()) bytes.writeDoubleLE(value, 36 + 8 * at)
  return bytes
}

function record(ring: readonly Point[], number: number): Buffer {
  const bytes = Buffer.alloc(8 + 48 + 16 * ring.length)
  bytes.writeInt32BE(number, 0)
  bytes.writeInt32BE((bytes.length - 8) / 2, 4)
  bytes.writeInt32LE(polygon, 8)
  for (const [at, value] of boxOf(ring).entries()) bytes.writeDoubleLE(value, 12 + 8 * at)
  bytes.writeInt32LE(1, 44)
  bytes.writeInt32LE(ring.length, 48)
  for (const [at, value] of ring.flat().entries()) bytes.writeDoubleLE(value, 56 + 8 * at)
  return bytes
}

function indexOf(records: readonly Buffer[]): Buffer {
  const bytes = Buffer.alloc(8 * records.length)
  let offset = headerSize
  for (const [at, { length }] of records.entries()) {
    bytes.writeInt32BE(offset / 2, 8 * at)
    bytes.writeInt32BE((length - 8) / 2, 8 * at + 4)
    offset += length
  }
  return bytes
}

/** dBASE III. The date is fixed, so that equal shapes give equal bytes. */
function attributes(shapes: readonly Shape[]): Buffer {
  const bytes = Buffer.alloc(32 + 32 + 1)
  bytes.writeUInt8(3, 0)
  bytes.set([100, 1, 1], 1)
  bytes.writeUInt32LE(shapes.length, 4)
  bytes.writeUInt16LE(bytes.length, 8)
  bytes.writeUInt16LE(1 + idWidth, 10)
  bytes.write('puid', 32, 'ascii')
  bytes.write('N', 43, 'ascii')
  bytes.writeUInt8(idWidth, 48)
  bytes.writeUInt8(0x0d, 64)
  const rows = shapes.map(({ puid }) => ` ${String(puid).padStart(idWidth)}`).join('')
  return Buffer.concat([bytes, Buffer.from(rows, 'ascii'), Buffer.of(0x1a)])
}

function boxOf(points: readonly Point[]): readonly number[] {
  const box = [
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ] as [number, number, number, number]
  for (const [x, y] of points) {
    box[0] = Math.min(box[0], x)
    box[1] = Math.min(box[1], y)
    box[2] = Math.max(box[2], x)
    box[3] = Math.max(box[3], y)
  }
  return box
}
