import { join } from 'node:path'
import { type FolderRun, type Gdal, runGdal } from '@piecework/gdal'
import type { Grid, Window } from '../grid/grid.js'
import type { Placement } from '../grid/place-scene.js'
import type { Scene, SceneFacts } from '../scene/scene-facts.js'
import { stripOptions } from '../tiff/strips.js'

/** Of a pixel: what floating point leaves of an edge that lies on another. */
const slack = 1e-6

/**
 * Where in the scene a window of the grid lies, if the pixels of the whole grid are pixels of the scene: then each stays what it
 * is, whatever the resampling.
 */
export function copiedFrom(
  scene: SceneFacts,
  { isSameCrs }: Placement,
  grid: Grid,
): ((window: Window) => Pick<Window, 'x' | 'y'>) | undefined {
  const x = (grid.originX - scene.originX) / grid.pixelWidth
  const y = (scene.originY - grid.originY) / grid.pixelHeight
  const left = Math.round(x)
  const top = Math.round(y)
  const right = (grid.width * grid.pixelWidth) / scene.pixelWidth
  const bottom = (grid.height * grid.pixelHeight) / scene.pixelHeight
  const isAligned =
    Math.abs(x - left) < slack &&
    Math.abs(y - top) < slack &&
    Math.abs(right - grid.width) < slack &&
    Math.abs(bottom - grid.height) < slack
  const isInside =
    left >= 0 && top >= 0 && left + grid.width <= scene.width && top + grid.height <= scene.height
  if (!isSameCrs || !isAligned || !isInside) return undefined
  return (window) => ({ x: left + window.x, y: top + window.y })
}

export interface CopyRequest {
  readonly scene: Scene
  /** Of the scene. */
  readonly window: Window
  readonly name: string
}

/** Copies a window of a scene into a file of the folder, whose strips are read. */
export async function copyScene(
  gdal: Gdal,
  { scene, window: { x, y, width, height }, name }: CopyRequest,
  run: FolderRun,
): Promise<string> {
  const file = join(run.folder, name)
  const window = ['-srcwin', ...[x, y, width, height].map(String)]
  const args = ['-q', '-if', 'GTiff', ...stripOptions, ...maskLast(scene.facts), ...window]
  await runGdal(gdal, 'gdal_translate', [...args, scene.file, file], run)
  return file
}

/** Of gdal_translate: the mask of a file becomes the last band of its copy. */
export const maskLast = ({ bands, masked }: SceneFacts): readonly string[] =>
  masked ? [...bands.flatMap((_, at) => ['-b', `${at + 1}`]), '-b', 'mask', '-mask', 'none'] : []
