import type { Gdal, GdalRun } from '@piecework/gdal'
import { type Point, transformPoints } from '../grid/transform-points.js'
import type { SceneFacts } from './scene-facts.js'

export interface Footprint {
  readonly type: 'MultiPolygon'
  readonly coordinates: readonly (readonly (readonly Point[])[])[]
}

/** Points of each edge. */
const steps = 16

/**
 * Where a scene lies, as GeoJSON in WGS 84, in two parts at the antimeridian. Undefined around a pole, and where the CRS
 * cannot be transformed.
 */
export async function footprintOf(
  gdal: Gdal,
  facts: SceneFacts,
  run: GdalRun = {},
): Promise<Footprint | undefined> {
  const moved = await transformPoints(gdal, facts.crs, 'EPSG:4326', edgeOf(facts), run)
  const ring: Point[] = []
  for (const point of moved) {
    if (!point) return undefined
    const before = ring.at(-1)?.[0] ?? point[0]
    // Goes on beyond 180°, and does not jump.
    ring.push([point[0] - 360 * Math.round((point[0] - before) / 360), point[1]])
  }
  const [first, last] = [ring[0], ring.at(-1)]
  if (!first || !last || Math.abs(first[0] - last[0]) > 180) return undefined
  ring[ring.length - 1] = first
  const parts = [-360, 0, 360].flatMap((turn) => {
    const part = between(ring, -180 + turn, 180 + turn).map(
      ([x, y]): Point => [rounded(x - turn), rounded(y)],
    )
    return part.length > 3 ? [[part]] : []
  })
  return { type: 'MultiPolygon', coordinates: parts }
}

const rounded = (degrees: number): number => Number(degrees.toFixed(9))

/** Counterclockwise from the lower left corner; closed. */
function edgeOf({ originX, originY, pixelWidth, pixelHeight, width, height }: SceneFacts): Point[] {
  const [right, bottom] = [originX + width * pixelWidth, originY - height * pixelHeight]
  const corners: Point[] = [
    [originX, bottom],
    [right, bottom],
    [right, originY],
    [originX, originY],
    [originX, bottom],
  ]
  return corners.flatMap(([x, y], at) => {
    const next = corners[at + 1]
    if (!next) return [[x, y] as Point]
    return Array.from(
      { length: steps },
      (_, step): Point => [x + ((next[0] - x) * step) / steps, y + ((next[1] - y) * step) / steps],
    )
  })
}

/** The part of a ring between two meridians; empty if there is none. */
function between(ring: readonly Point[], least: number, most: number): readonly Point[] {
  const right = cut(ring, (x) => x >= least, least)
  return cut(right, (x) => x <= most, most)
}

function cut(ring: readonly Point[], isInside: (x: number) => boolean, meridian: number): Point[] {
  const kept: Point[] = []
  for (const [at, to] of ring.entries()) {
    const from = ring[at - 1]
    if (from && isInside(from[0]) !== isInside(to[0])) {
      const share = (meridian - from[0]) / (to[0] - from[0])
      kept.push([meridian, from[1] + (to[1] - from[1]) * share])
    }
    if (isInside(to[0])) kept.push(to)
  }
  const [first, last] = [kept[0], kept.at(-1)]
  if (first && last && (first[0] !== last[0] || first[1] !== last[1])) kept.push(first)
  return kept
}
