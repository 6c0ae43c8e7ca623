import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { PieceworkError } from '@piecework/core/piece'
import { type FolderRun, type Gdal, runGdal } from '@piecework/gdal'
import { gridDefaults } from '../defaults.js'
import type { Scene } from '../scene/scene-facts.js'
import type { Grid } from './grid.js'
import { type Placement, placeScene } from './place-scene.js'

export interface GridRequest {
  /** `EPSG:3857`. Absent: that of the first scene. */
  readonly crs?: string
  /** Units of the CRS per pixel. Absent: of the finest scene. Given, edges lie on multiples of it. */
  readonly resolution?: readonly [x: number, y: number]
}

export interface PlannedGrid {
  readonly grid: Grid
  /** Of each scene, in the order of the scenes. */
  readonly placements: readonly Placement[]
  /** The resolution is finer than that of every scene: pixels are repeated, and show nothing new. */
  readonly isFiner: boolean
}

type Lattice = Pick<Grid, 'originX' | 'originY' | 'pixelWidth' | 'pixelHeight'>
interface Box {
  readonly left: number
  readonly right: number
  readonly bottom: number
  readonly top: number
}

/** Computed once for an export: windows of it are parts of this grid. `run.folder` is needed. */
export async function planGrid(
  gdal: Gdal,
  scenes: readonly Scene[],
  request: GridRequest,
  run: FolderRun,
): Promise<PlannedGrid> {
  const [first] = scenes
  if (!first) throw new PieceworkError('imagery/scene-missing', 'There is no scene to export')
  const crs = request.crs ?? first.facts.crs
  const native: Grid[] = []
  for (const scene of scenes) native.push(await gridOfScene(gdal, scene, crs, run))
  const finest = native.reduce((a, b) =>
    b.pixelWidth * b.pixelHeight < a.pixelWidth * a.pixelHeight ? b : a,
  )
  const [pixelWidth, pixelHeight] = request.resolution ?? [finest.pixelWidth, finest.pixelHeight]
  const lattice: Lattice = request.resolution
    ? { originX: 0, originY: 0, pixelWidth, pixelHeight }
    : { originX: finest.originX, originY: finest.originY, pixelWidth, pixelHeight }
  const grid = { crs, ...cover(lattice, native.map(boxOf)) }
  assertSize(grid)
  const placements: Placement[] = []
  for (const scene of scenes) placements.push(await placeScene(gdal, scene, grid, run))
  const isFiner = pixelWidth * pixelHeight < finest.pixelWidth * finest.pixelHeight * (1 - 1e-6)
  return { grid, placements, isFiner }
}

/** The scene's own grid, or the one that GDAL suggests for it in another CRS. */
async function gridOfScene(gdal: Gdal, scene: Scene, crs: string, run: FolderRun): Promise<Grid> {
  const { width, height, originX, originY, pixelWidth, pixelHeight } = scene.facts
  const own = { crs, originX, originY, pixelWidth, pixelHeight, width, height }
  if (scene.facts.crs === crs) return own
  const { isSameCrs } = await placeScene(gdal, scene, { ...own, crs }, run)
  if (isSameCrs) return own
  const file = join(run.folder, 'suggested.vrt')
  const args = [
    '-q',
    '-overwrite',
    '-et',
    '0',
    '-if',
    'GTiff',
    '-of',
    'VRT',
    '-s_srs',
    scene.facts.crs,
    '-t_srs',
    crs,
  ]
  await runGdal(gdal, 'gdalwarp', [...args, scene.file, file], run)
  const info = JSON.parse(await runGdal(gdal, 'gdalinfo', ['-json', '-if', 'VRT', file], run)) as {
    readonly size: readonly [number, number]
    readonly geoTransform: readonly [number, number, number, number, number, number]
  }
  await rm(file, { force: true })
  const [left, across, , top, , down] = info.geoTransform
  const [columns, rows] = info.size
  return {
    crs,
    originX: left,
    originY: top,
    pixelWidth: across,
    pixelHeight: -down,
    width: columns,
    height: rows,
  }
}

function boxOf({ originX, originY, pixelWidth, pixelHeight, width, height }: Grid): Box {
  const right = originX + width * pixelWidth
  return { left: originX, right, top: originY, bottom: originY - height * pixelHeight }
}

/** Of a pixel: what floating point leaves of an edge that lies on the lattice. */
const slack = 1e-6

/** The part of the lattice that covers all boxes. */
function cover(lattice: Lattice, boxes: readonly Box[]): Omit<Grid, 'crs'> {
  const { originX, originY, pixelWidth, pixelHeight } = lattice
  const least = (values: readonly number[]) => Math.floor(values.reduce((a, b) => Math.min(a, b)) + slack)
  const most = (values: readonly number[]) => Math.ceil(values.reduce((a, b) => Math.max(a, b)) - slack)
  const left = least(boxes.map((box) => (box.left - originX) / pixelWidth))
  const right = most(boxes.map((box) => (box.right - originX) / pixelWidth))
  const top = least(boxes.map((box) => (originY - box.top) / pixelHeight))
  const bottom = most(boxes.map((box) => (originY - box.bottom) / pixelHeight))
  return {
    originX: originX + left * pixelWidth,
    originY: originY - top * pixelHeight,
    pixelWidth,
    pixelHeight,
    width: right - left,
    height: bottom - top,
  }
}

function assertSize({ width, height }: Grid): void {
  const limit = gridDefaults.mostPixels
  if (!(width > 0 && height > 0 && width <= limit && height <= limit))
    throw new PieceworkError(
      'imagery/too-large',
      `The export would have ${width} × ${height} pixels; the limit of a side is ${limit}`,
      { facts: { width, height, limit } },
    )
}
