import { PieceworkError } from '@piecework/core/piece'
import type { Gdal, GdalRun } from '@piecework/gdal'
import type { Scene, SceneFacts } from '../scene/scene-facts.js'
import type { Grid, Window } from './grid.js'
import { type Point, transformPoints } from './transform-points.js'

/** How a scene lies in a grid. */
export interface Placement {
  /** Pixels of the grid that it may touch; it may go beyond the grid. */
  readonly box: Window
  /**
   * Pixels of the grid per pixel of the scene, at most 1: how far apart kernels of a warp reach. Of the whole grid, for
   * GDAL would compute others for each window.
   */
  readonly xScale: number
  readonly yScale: number
  /** All coordinates mean the same in both, whatever the CRS are called. */
  readonly isSameCrs: boolean
}

/** Points along each edge and across. */
const steps = 20
/** Pixels around the box: what lies between the points, and kernels of a warp. */
const margin = 8

/** Points of a scene, in its own CRS and in that of a grid. */
export interface ScenePoints {
  readonly source: readonly Point[]
  readonly moved: readonly (Point | undefined)[]
  /** Half a pixel to the left, right, up and down of its middle, moved. */
  readonly cross: readonly [Point, Point, Point, Point]
}

/** Of each scene; scenes of one CRS are transformed together. Throws `imagery/scene-outside`. */
export async function movePoints(
  gdal: Gdal,
  scenes: readonly Scene[],
  crs: string,
  run: GdalRun,
): Promise<readonly ScenePoints[]> {
  const sources = scenes.map(({ facts }) => pointsOf(facts))
  const moved: (readonly (Point | undefined)[])[] = [...sources]
  for (const from of new Set(scenes.map(({ facts }) => facts.crs))) {
    if (from === crs) continue
    const own = [...scenes.keys()].filter((at) => scenes[at]?.facts.crs === from)
    const together = own.flatMap((at) => sources[at] ?? [])
    const points = await transformPoints(gdal, from, crs, together, run)
    for (const [n, at] of own.entries()) moved[at] = points.slice(n * perScene, (n + 1) * perScene)
  }
  return scenes.map((scene, at) => {
    const own = moved[at] ?? []
    return { source: sources[at] ?? [], moved: own, cross: crossOf(scene, own) }
  })
}

function crossOf({ id }: Scene, moved: readonly (Point | undefined)[]): ScenePoints['cross'] {
  const [left, right, up, down] = moved.slice(meshPoints)
  if (left && right && up && down) return [left, right, up, down]
  throw new PieceworkError('imagery/scene-outside', `The scene ${id} does not lie in the CRS of the export`, {
    facts: { scene: id },
  })
}

const meshPoints = (steps + 1) ** 2
const perScene = meshPoints + 4

function pointsOf(facts: SceneFacts): readonly Point[] {
  const at = (column: number, row: number): Point => [
    facts.originX + column * facts.pixelWidth,
    facts.originY - row * facts.pixelHeight,
  ]
  const mesh: Point[] = []
  for (let row = 0; row <= steps; row++)
    for (let column = 0; column <= steps; column++)
      mesh.push(at((column * facts.width) / steps, (row * facts.height) / steps))
  const [x, y] = [facts.width / 2, facts.height / 2]
  return [...mesh, at(x - 0.5, y), at(x + 0.5, y), at(x, y - 0.5), at(x, y + 0.5)]
}

export function placeScene({ moved, cross }: ScenePoints, isSameCrs: boolean, grid: Grid): Placement {
  const inGrid = (point: Point): Point => [
    (point[0] - grid.originX) / grid.pixelWidth,
    (grid.originY - point[1]) / grid.pixelHeight,
  ]
  const [left, right, up, down] = cross.map(inGrid) as [Point, Point, Point, Point]
  return {
    box: boxOf(moved.filter((point) => point !== undefined).map(inGrid)),
    xScale: scaleOf(left, right),
    yScale: scaleOf(up, down),
    isSameCrs,
  }
}

/** The CRS of both mean the same, whatever they are called. */
export function isSame({ facts }: Scene, { source, moved }: ScenePoints): boolean {
  const tolerance = Math.min(facts.pixelWidth, facts.pixelHeight) / 1000
  return moved.every((point, n) => {
    const from = source[n] as Point
    return point !== undefined && Math.hypot(point[0] - from[0], point[1] - from[1]) < tolerance
  })
}

function boxOf(points: readonly Point[]): Window {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const [x, y] of points) {
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
  }
  const [x, y] = [Math.floor(left) - margin, Math.floor(top) - margin]
  return { x, y, width: Math.ceil(right) + margin - x, height: Math.ceil(bottom) + margin - y }
}

function scaleOf([x1, y1]: Point, [x2, y2]: Point): number {
  return Math.min(1, Number(Math.hypot(x2 - x1, y2 - y1).toPrecision(9)))
}
