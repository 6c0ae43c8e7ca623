import { type ZipEntry, zipOf } from './zip-of.js'

export type Ring = readonly (readonly [number, number])[]

export interface Column {
  readonly name: string
  /** C, N, F … */
  readonly type: string
  readonly length: number
  readonly decimals?: number
}

export interface Feature {
  /** Undefined: a shape without geometry. */
  readonly rings: readonly Ring[] | undefined
  /** Texts as they stand in the table, by column. */
  readonly values: readonly string[]
  readonly deleted?: true
}

export const wgs84 =
  'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'

const puid: readonly Column[] = [{ name: 'puid', type: 'N', length: 10 }]

/** A clockwise square, as outer rings are in shapefiles. */
export const square = (x: number, y: number, size = 1): Ring => [
  [x, y],
  [x, y + size],
  [x + size, y + size],
  [x + size, y],
  [x, y],
]

/** Squares side by side, at most nine thousand. */
export const squares = (ids: readonly (string | number)[]): readonly Feature[] =>
  ids.map((id, at) => ({ rings: [square(at % 100, Math.floor(at / 100))], values: [String(id)] }))

export interface ShapefileParts {
  readonly shp: Buffer
  readonly shx: Buffer
  readonly dbf: Buffer
  readonly prj: Buffer
}

export function shapefileParts(
  features: readonly Feature[],
  {
    columns = puid,
    prj = wgs84,
    type = 5,
  }: { columns?: readonly Column[]; prj?: string; type?: number } = {},
): ShapefileParts {
  const records = features.map(({ rings }, at) => {
    const content = rings ? polygon(rings, type) : Buffer.alloc(4)
    const head = Buffer.alloc(8)
    head.writeInt32BE(at + 1, 0)
    head.writeInt32BE(content.length / 2, 4)
    return Buffer.concat([head, content])
  })
  const shapes = Buffer.concat(records)
  let offset = 100
  const index = Buffer.concat(
    records.map((record) => {
      const entry = Buffer.alloc(8)
      entry.writeInt32BE(offset / 2, 0)
      entry.writeInt32BE((record.length - 8) / 2, 4)
      offset += record.length
      return entry
    }),
  )
  return {
    shp: Buffer.concat([header(100 + shapes.length, type), shapes]),
    shx: Buffer.concat([header(100 + index.length, type), index]),
    dbf: table(columns, features),
    prj: Buffer.from(prj),
  }
}

/** The parts under one name. */
export const zippedParts = (parts: Partial<ShapefileParts>, name = 'grid'): readonly ZipEntry[] =>
  Object.entries(parts).map(([extension, bytes]) => ({ name: `${name}.${extension}`, bytes }))

export const zippedGrid = (...given: Parameters<typeof shapefileParts>): Buffer =>
  zipOf(zippedParts(shapefileParts(...given)))

function header(size: number, type: number): Buffer {
  const bytes = Buffer.alloc(100)
  bytes.writeInt32BE(9994, 0)
  bytes.writeInt32BE(size / 2, 24)
  bytes.writeInt32LE(1000, 28)
  bytes.writeInt32LE(type, 32)
  return bytes
}

function polygon(rings: readonly Ring[], type: number): Buffer {
  const points = rings.flat()
  const bytes = Buffer.alloc(44 + 4 * rings.length + 16 * points.length)
  bytes.writeInt32LE(type, 0)
  bytes.writeInt32LE(rings.length, 36)
  bytes.writeInt32LE(points.length, 40)
  let start = 0
  for (const [at, ring] of rings.entries()) {
    bytes.writeInt32LE(start, 44 + 4 * at)
    start += ring.length
  }
  for (const [at, [x, y]] of points.entries()) {
    bytes.writeDoubleLE(x, 44 + 4 * rings.length + 16 * at)
    bytes.writeDoubleLE(y, 52 + 4 * rings.length + 16 * at)
  }
  return bytes
}

function table(columns: readonly Column[], features: readonly Feature[]): Buffer {
  const head = Buffer.alloc(32)
  head.writeUInt8(3, 0)
  head.writeUInt32LE(features.length, 4)
  head.writeUInt16LE(33 + 32 * columns.length, 8)
  head.writeUInt16LE(1 + columns.reduce((sum, { length }) => sum + length, 0), 10)
  const fields = columns.map(({ name, type, length, decimals = 0 }) => {
    const field = Buffer.alloc(32)
    field.write(name, 0, 10, 'latin1')
    field.write(type, 11, 'latin1')
    field.writeUInt8(length, 16)
    field.writeUInt8(decimals, 17)
    return field
  })
  const rows = features.map(({ values, deleted }) =>
    Buffer.from(
      (deleted ? '*' : ' ') + columns.map(({ length }, at) => (values[at] ?? '').padStart(length)).join(''),
      'latin1',
    ),
  )
  return Buffer.concat([head, ...fields, Buffer.from('\r'), ...rows, Buffer.from('\x1a')])
}
