import { PieceworkError } from '@piecework/core/piece'
import { z } from 'zod'
import { aoiLimits } from '../defaults.js'
import { crossingOf } from './crossing.js'
import type { AoiPolygon, Position, Ring } from './polygon.js'

const position = z
  .array(z.number())
  .min(2)
  .max(4)
  .transform(([x, y]): Position => [x as number, y as number])
const polygon = z.array(z.array(position))
const geometry = z.discriminatedUnion('type', [
  z.object({ type: z.literal('Polygon'), coordinates: polygon }),
  z.object({ type: z.literal('MultiPolygon'), coordinates: z.array(polygon) }),
])
const feature = z.object({ type: z.literal('Feature'), geometry })
const collection = z.object({ type: z.literal('FeatureCollection'), features: z.array(feature).min(1) })
const schema = z.union([geometry, feature, collection])

/**
 * The polygons of an area of interest: GeoJSON in WGS 84. Rings that are not closed are closed, and positions that follow
 * themselves are dropped; whatever would have to be guessed is refused with `imagery/aoi-invalid`, which says where it is.
 */
export function readAoi(json: unknown): readonly AoiPolygon[] {
  const parsed = schema.safeParse(json)
  if (!parsed.success) throw invalid('it is no polygon or multipolygon of GeoJSON')
  const value = parsed.data
  const geometries =
    value.type === 'FeatureCollection'
      ? value.features.map((one) => one.geometry)
      : [value.type === 'Feature' ? value.geometry : value]
  const polygons = geometries.flatMap((one) => (one.type === 'Polygon' ? [one.coordinates] : one.coordinates))
  const vertices = polygons.flat().reduce((sum, ring) => sum + ring.length, 0)
  if (vertices > aoiLimits.vertices)
    throw invalid(`it has ${vertices} positions; the limit is ${aoiLimits.vertices}`)
  const read = polygons.filter((rings) => rings.length > 0).map((rings) => rings.map(readRing))
  if (read.length === 0) throw invalid('it is empty')
  for (const rings of read) assertSimple(rings)
  return read
}

function readRing(positions: readonly Position[]): Ring {
  const ring: Position[] = []
  for (const one of positions) {
    const [x, y] = one
    if (Math.abs(x) > 180 || Math.abs(y) > 90) throw invalid(`${spelled(one)} is no longitude and latitude`)
    const last = ring.at(-1)
    if (last && last[0] === x && last[1] === y) continue
    if (last && Math.abs(x - last[0]) > 180)
      throw invalid(
        `it crosses the antimeridian near ${spelled(one)}: draw it in two parts, one on each side`,
      )
    ring.push(one)
  }
  const [first, last] = [ring[0], ring.at(-1)]
  if (first && last && (first[0] !== last[0] || first[1] !== last[1])) ring.push(first)
  if (ring.length < 4)
    throw invalid(first ? `the ring at ${spelled(first)} has no area` : 'it has a ring without positions')
  return ring
}

function assertSimple(rings: AoiPolygon): void {
  const crossing = crossingOf(rings)
  if (crossing === 'too-complex')
    throw invalid('its edges are too many, too close to each other, to be compared')
  if (crossing) throw invalid(`its edges cross each other near ${spelled(crossing)}`)
}

const spelled = ([x, y]: Position): string => `(${Number(x.toFixed(6))}, ${Number(y.toFixed(6))})`

function invalid(why: string): PieceworkError {
  return new PieceworkError('imagery/aoi-invalid', `The area of interest cannot be used: ${why}`)
}
