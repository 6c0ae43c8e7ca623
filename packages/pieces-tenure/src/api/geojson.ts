import { z } from 'zod'
import { ewkbType } from '../output/ewkb.js'

type Position = readonly number[]
export type Geometry =
  | { readonly type: 'Point'; readonly coordinates: Position }
  | { readonly type: 'MultiPoint' | 'LineString'; readonly coordinates: readonly Position[] }
  | { readonly type: 'MultiLineString' | 'Polygon'; readonly coordinates: readonly (readonly Position[])[] }
  | { readonly type: 'MultiPolygon'; readonly coordinates: readonly (readonly (readonly Position[])[])[] }
  | { readonly type: 'GeometryCollection'; readonly geometries: readonly Geometry[] }

/** Longitude, latitude, and a height where there is one. */
const position = z.array(z.number()).refine(({ length }) => length === 2 || length === 3, 'is no position')
const positions = z.array(position)
const rings = z.array(positions)

const plain = [
  z.object({ type: z.literal('Point'), coordinates: z.union([position, z.array(z.never()).length(0)]) }),
  z.object({ type: z.literal('MultiPoint'), coordinates: positions }),
  z.object({ type: z.literal('LineString'), coordinates: positions }),
  z.object({ type: z.literal('MultiLineString'), coordinates: rings }),
  z.object({ type: z.literal('Polygon'), coordinates: rings }),
  z.object({ type: z.literal('MultiPolygon'), coordinates: z.array(rings) }),
] as const

/** As RFC 7946 has it: WGS 84. A collection holds no others. */
const geoJson: z.ZodType<Geometry> = z
  .discriminatedUnion('type', [
    ...plain,
    z.object({
      type: z.literal('GeometryCollection'),
      geometries: z.array(z.discriminatedUnion('type', [...plain])),
    }),
  ])
  .refine((one) => dimensionsOf(one).size < 2, 'has positions with a height and others without')

/** Throws for what is no geometry. */
export const parseGeoJson = (given: unknown): Geometry => geoJson.parse(given)

const wgs84 = 4326
const flags = { z: 0x80000000, srid: 0x20000000 } as const

/** As PostgreSQL prints it. */
export function ewkbHexOf(geometry: Geometry): string {
  const hasZ = dimensionsOf(geometry).has(3)
  const parts: Buffer[] = []
  write(geometry, { hasZ, srid: true }, parts)
  return Buffer.concat(parts).toString('hex').toUpperCase()
}

const types = {
  Point: ewkbType.point,
  LineString: ewkbType.lineString,
  Polygon: ewkbType.polygon,
  MultiPoint: ewkbType.multiPoint,
  MultiLineString: ewkbType.multiLineString,
  MultiPolygon: ewkbType.multiPolygon,
  GeometryCollection: ewkbType.collection,
} as const

interface Form {
  readonly hasZ: boolean
  readonly srid: boolean
}

function write(geometry: Geometry, form: Form, parts: Buffer[]): void {
  const { hasZ, srid } = form
  const head = Buffer.alloc(srid ? 9 : 5)
  head.writeUInt8(1)
  head.writeUInt32LE((types[geometry.type] | (hasZ ? flags.z : 0) | (srid ? flags.srid : 0)) >>> 0, 1)
  if (srid) head.writeUInt32LE(wgs84, 5)
  parts.push(head)
  const inside = { hasZ, srid: false }
  const positionsOf = (all: readonly Position[]): void => {
    parts.push(count(all.length), ...all.map((one) => doubles(one, hasZ)))
  }
  const members = (all: readonly Geometry[]): void => {
    parts.push(count(all.length))
    for (const one of all) write(one, inside, parts)
  }
  switch (geometry.type) {
    case 'Point':
      // An empty one is written as PostGIS does.
      parts.push(
        doubles(
          geometry.coordinates.length === 0 ? [Number.NaN, Number.NaN, Number.NaN] : geometry.coordinates,
          hasZ,
        ),
      )
      return
    case 'LineString':
      positionsOf(geometry.coordinates)
      return
    case 'Polygon':
      parts.push(count(geometry.coordinates.length))
      geometry.coordinates.forEach(positionsOf)
      return
    case 'MultiPoint':
      members(geometry.coordinates.map((coordinates) => ({ type: 'Point', coordinates })))
      return
    case 'MultiLineString':
      members(geometry.coordinates.map((coordinates) => ({ type: 'LineString', coordinates })))
      return
    case 'MultiPolygon':
      members(geometry.coordinates.map((coordinates) => ({ type: 'Polygon', coordinates })))
      return
    case 'GeometryCollection':
      members(geometry.geometries)
  }
}

function count(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function doubles(position: Position, hasZ: boolean): Buffer {
  const bytes = Buffer.alloc(hasZ ? 24 : 16)
  for (let at = 0; at < bytes.length / 8; at++) bytes.writeDoubleLE(position[at] ?? Number.NaN, 8 * at)
  return bytes
}

/** Lengths of all positions: 2, 3, or both. */
function dimensionsOf(geometry: Geometry): ReadonlySet<number> {
  const found = new Set<number>()
  const see = (one: Nested): void => {
    if (one.some((value) => typeof value === 'number')) found.add(one.length)
    else for (const inner of one as readonly Nested[]) see(inner)
  }
  if (geometry.type !== 'GeometryCollection') see(geometry.coordinates)
  else for (const one of geometry.geometries) for (const size of dimensionsOf(one)) found.add(size)
  return found
}

type Nested = readonly (number | Nested)[]
