import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { MultiPolygon, Position } from 'geojson'
import { feature } from 'topojson-client'
import type { GeometryCollection, Topology } from 'topojson-specification'
import { type Point, project } from './projection.js'

const west = 143.5
const east = 149.2
const south = -44
const north = -40.4

export interface Coast {
  /** Lower left and upper right corner. */
  readonly box: readonly [Point, Point]
  isLand(point: Point): boolean
  /** Metres to the nearest shore. */
  distance(point: Point): number
}

/** Tasmania and its islands: Natural Earth's land at 1:10 million. */
export async function tasmania(): Promise<Coast> {
  const path = fileURLToPath(import.meta.resolve('world-atlas/land-10m.json'))
  const world: Topology<{ land: GeometryCollection }> = JSON.parse(await readFile(path, 'utf8'))
  const { features } = feature(world, world.objects.land)
  const rings = features
    .flatMap(({ geometry }) => (geometry as MultiPolygon).coordinates)
    .filter((polygon) => polygon[0]?.some(inWindow))
    .flat()
  return coastOf(
    rings.map((ring) => ring.map(([longitude = 0, latitude = 0]) => project(longitude, latitude))),
  )
}

function inWindow([longitude = 0, latitude = 0]: Position): boolean {
  return longitude > west && longitude < east && latitude > south && latitude < north
}

/** Rings are closed. */
function coastOf(rings: readonly (readonly Point[])[]): Coast {
  const segments = rings.flatMap((ring) => ring.slice(1).map((end, at) => [ring[at] ?? end, end] as const))
  const xs = segments.map(([[x]]) => x)
  const ys = segments.map(([[, y]]) => y)
  return {
    box: [
      [Math.min(...xs), Math.min(...ys)],
      [Math.max(...xs), Math.max(...ys)],
    ],
    isLand([x, y]) {
      let crossings = 0
      for (const [[ax, ay], [bx, by]] of segments) {
        if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) crossings += 1
      }
      return crossings % 2 === 1
    },
    distance([x, y]) {
      let nearest = Number.POSITIVE_INFINITY
      for (const [[ax, ay], [bx, by]] of segments) {
        const dx = bx - ax
        const dy = by - ay
        const along = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)
        const t = Math.max(0, Math.min(1, along))
        nearest = Math.min(nearest, (ax + t * dx - x) ** 2 + (ay + t * dy - y) ** 2)
      }
      return Math.sqrt(nearest)
    },
  }
}
