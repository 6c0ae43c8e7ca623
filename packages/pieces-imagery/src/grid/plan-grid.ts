import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { PieceworkError } from '@piecework/core/piece'
import { type FolderRun, type Gdal, runGdal } from '@piecework/gdal'
import { gridDefaults } from '../defaults.js'
import type { Scene } from '../scene/scene-facts.js'
import type { Grid } from './grid.js'
import { isSame, movePoints, type Placement, placeScene, type ScenePoints } from './place-scene.js'

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
  const points = await movePoints(gdal, scenes, crs, run)
  const same = scenes.map((scene, at) => isSame(scene, points[at] as ScenePoints))
  for (const [at, scene] of scenes.entries())
    native.push(same[at] ? { ...ownGrid(scene), crs } : await suggestedGrid(gdal, scene, crs, run))
  const finest = native.reduce((a, b) =>
    b.pixelWidth * b.pixelHeight < a.pixelWidth * a.pixelHeight ? b : a,
  )
  const [pixelWidth, pixelHeight] = request.resolution ?? [finest.pixelWidth, finest.pixelHeight]
  const lattice: Lattice = request.resolution
    ? { originX: 0, originY: 0, pixelWidth, pixelHeight }
    : { originX: finest.originX, originY: finest.originY, pixelWidth, pixelHeight }
  const grid = { crs, ...cover(lattice, native.map(boxOf)) }
  assertSize(grid)
  const placements = points.map((own, at) => placeScene(own, same[at] ?? false, grid))
  const isFiner = pixelWidth * pixelHeight < finest.pixelWidth * finest.pixelHeight * (1 - 1e-6)
  return { grid, placements, isFiner }
}

const ownGrid = ({ facts }: Scene): Grid => {
  const { crs, width, height, originX, originY, pixelWidth, pixelHeight } = facts
  return { crs, width, height, originX, originY, pixelWidth, pixelHeight }
}

/** The grid that GDAL suggests for a scene in another CRS. */
async function suggestedGrid(gdal: Gdal, scene: Scene, crs: string, run: FolderRun): Promise<Grid> {
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
  const vrt = await readFile(file, 'utf8')
  await rm(file, { force: true })
  const [, columns, rows] = /<VRTDataset rasterXSize="(\d+)" rasterYSize="(\d+)"/.exec(vrt) ?? []
  const [, transform = ''] = /<GeoTransform>([^<]*)</.exec(vrt) ?? []
  const [left, across, , top, , down] = transform.split(',').map(Number)
  const numbers = [left, across, top, down, Number(columns), Number(rows)]
  if (!numbers.every(Number.isFinite)) throw new RangeError('gdalwarp suggests a grid that cannot be read')
  const [originX = 0, pixelWidth = 0, originY = 0, negative = 0, width = 0, height = 0] = numbers as number[]
  return { crs, originX, originY, pixelWidth, pixelHeight: -negative, width, height }
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
