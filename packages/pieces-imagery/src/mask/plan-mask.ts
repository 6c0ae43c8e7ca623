import { PieceworkError } from '@piecework/core/piece'
import { aoiLimits } from '../defaults.js'
import type { Gdal } from '../gdal/gdal.js'
import type { GdalRun } from '../gdal/run-gdal.js'
import { transformPoints } from '../gdal/transform-points.js'
import type { Grid } from '../grid/grid.js'
import type { AoiPolygon, Position, Ring } from './polygon.js'
import type { Mask } from './mask.js'

const wgs84 = 'EPSG:4326'
/** Into which one edge is parted at most. */
const mostPieces = 256

/** Brings an area of interest onto a grid. Edges are straight in longitude and latitude, and may be curved in the grid. */
export async function planMask(
  gdal: Gdal,
  polygons: readonly AoiPolygon[],
  grid: Grid,
  run: GdalRun = {},
): Promise<Mask> {
  const degrees = await degreesPerPixel(gdal, grid, run)
  const planned: (readonly (readonly number[])[])[] = []
  for (const rings of polygons) {
    const moved: (readonly number[])[] = []
    for (const ring of rings)
      moved.push(await ringOnGrid(gdal, densified(ring, degrees * aoiLimits.edgePixels), grid, run))
    planned.push(moved)
  }
  return { polygons: planned }
}

async function ringOnGrid(gdal: Gdal, ring: Ring, grid: Grid, run: GdalRun): Promise<readonly number[]> {
  const moved = await transformPoints(gdal, wgs84, grid.crs, ring, run)
  return moved.flatMap((point, at) => {
    if (point === undefined)
      throw new PieceworkError(
        'imagery/aoi-outside',
        `The area of interest reaches (${ring[at]}), which the CRS of the export does not hold`,
      )
    return [(point[0] - grid.originX) / grid.pixelWidth, (grid.originY - point[1]) / grid.pixelHeight]
  })
}

/** In the middle of the grid. */
async function degreesPerPixel(gdal: Gdal, grid: Grid, run: GdalRun): Promise<number> {
  const x = grid.originX + (grid.width * grid.pixelWidth) / 2
  const y = grid.originY - (grid.height * grid.pixelHeight) / 2
  const [middle, beside] = await transformPoints(
    gdal,
    grid.crs,
    wgs84,
    [
      [x, y],
      [x + grid.pixelWidth, y],
    ],
    run,
  )
  if (!middle || !beside) return 1e-4
  return Math.max(1e-9, Math.hypot(beside[0] - middle[0], beside[1] - middle[1]))
}

function densified(ring: Ring, longest: number): Ring {
  const dense: Position[] = []
  for (const [at, to] of ring.entries()) {
    const from = ring[at - 1]
    if (from) {
      const length = Math.hypot(to[0] - from[0], to[1] - from[1])
      const pieces = Math.min(mostPieces, Math.ceil(length / longest))
      for (let piece = 1; piece < pieces; piece++) {
        const share = piece / pieces
        dense.push([from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share])
      }
    }
    dense.push(to)
  }
  return dense
}
