import { PieceworkError } from '@piecework/core/piece'
import type { Gdal, GdalRun } from '@piecework/gdal'
import { aoiLimits } from '../defaults.js'
import type { Grid } from '../grid/grid.js'
import { type Point, transformPoints } from '../grid/transform-points.js'
import type { AoiPolygon, Mask, Position, Ring } from './polygon.js'

const wgs84 = 'EPSG:4326'

/** A position of a ring, and where it lies in the grid. */
interface Vertex {
  readonly ring: number
  readonly position: Position
  readonly pixel: Point
}

type Place = (positions: readonly Pick<Vertex, 'ring' | 'position'>[]) => Promise<readonly Vertex[]>

/**
 * Brings areas of interest onto a grid, all at once: each run of GDAL costs. Edges are straight in longitude and latitude, and may
 * be curved in the grid.
 */
export async function planMasks(
  gdal: Gdal,
  areas: readonly (readonly AoiPolygon[])[],
  grid: Grid,
  run: GdalRun = {},
): Promise<readonly Mask[]> {
  const place: Place = async (positions) => {
    const points = await transformPoints(
      gdal,
      wgs84,
      grid.crs,
      positions.map(({ position }) => position),
      run,
    )
    return positions.map((vertex, at) => ({ ...vertex, pixel: pixelOf(grid, vertex.position, points[at]) }))
  }
  const rings = areas.flat(2).map(pieces)
  const moved: number[][] = rings.map(() => [])
  for (const { ring, pixel } of await densified(rings, place)) moved[ring]?.push(...pixel)
  let ring = 0
  return areas.map((polygons) => ({ polygons: polygons.map((own) => own.map(() => moved[ring++] ?? [])) }))
}

function pixelOf(grid: Grid, position: Position, point: Point | undefined): Point {
  if (!point)
    throw new PieceworkError(
      'imagery/aoi-outside',
      `The area of interest reaches (${position}), which the CRS of the export does not hold`,
    )
  return [(point[0] - grid.originX) / grid.pixelWidth, (grid.originY - point[1]) / grid.pixelHeight]
}

/** The ring in pieces that are short, whatever the grid. */
function pieces(ring: Ring): Ring {
  const parted: Position[] = []
  for (const [at, to] of ring.entries()) {
    const from = ring[at - 1]
    const count = from ? Math.ceil(Math.hypot(to[0] - from[0], to[1] - from[1]) / aoiLimits.edgeDegrees) : 1
    for (let piece = 1; from && piece < count; piece++) parted.push(between(from, to, piece / count))
    parted.push(to)
  }
  assertVertices(parted.length)
  return parted
}

function assertVertices(count: number): void {
  if (count > aoiLimits.vertices)
    throw new PieceworkError(
      'imagery/aoi-invalid',
      `The area of interest cannot be used: on the grid it would have ${count} positions; the limit is ${aoiLimits.vertices}`,
    )
}

/** Parts edges in three until they are straight in the grid, too. */
async function densified(rings: readonly Ring[], place: Place): Promise<readonly Vertex[]> {
  assertVertices(rings.reduce((sum, { length }) => sum + length, 0))
  let vertices = await place(
    rings.flatMap((positions, ring) => positions.map((position) => ({ ring, position }))),
  )
  let open = new Set(vertices.keys())
  for (let round = 0; round < aoiLimits.edgeRounds && open.size > 0; round++) {
    const edges = [...open].filter((at) => vertices[at - 1]?.ring === vertices[at]?.ring)
    const thirds = await place(
      edges.flatMap((at) => {
        const [a, b] = [vertices[at - 1] as Vertex, vertices[at] as Vertex]
        return [1 / 3, 2 / 3].map((share) => ({
          ring: a.ring,
          position: between(a.position, b.position, share),
        }))
      }),
    )
    const placeOf = new Map(edges.map((at, edge) => [at, edge]))
    const next: Vertex[] = []
    const further = new Set<number>()
    for (const [at, vertex] of vertices.entries()) {
      const edge = placeOf.get(at)
      const parts = edge === undefined ? [] : thirds.slice(edge * 2, edge * 2 + 2)
      const before = vertices[at - 1]
      if (
        before &&
        parts.some(({ pixel }) => distance(pixel, before.pixel, vertex.pixel) > aoiLimits.edgeTolerance)
      ) {
        next.push(...parts)
        for (const back of [2, 1, 0]) further.add(next.length - back)
      }
      next.push(vertex)
    }
    vertices = next
    open = further
    assertVertices(vertices.length)
  }
  return vertices
}

const between = (a: Position, b: Position, share: number): Position => [
  a[0] + (b[0] - a[0]) * share,
  a[1] + (b[1] - a[1]) * share,
]

/** Of a point from the line through two others. */
function distance([x, y]: Point, [x1, y1]: Point, [x2, y2]: Point): number {
  const length = Math.hypot(x2 - x1, y2 - y1)
  return length === 0
    ? Math.hypot(x - x1, y - y1)
    : Math.abs((x2 - x1) * (y1 - y) - (x1 - x) * (y2 - y1)) / length
}
