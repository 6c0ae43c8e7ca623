import { PieceworkError } from '@piecework/core/piece'
import type { FolderRun, Gdal } from '@piecework/gdal'
import { partOf, type Window } from '../grid/grid.js'
import type { ExportPlan } from '../plan/export-plan.js'
import { renderWindow } from '../render/render-window.js'
import type { FileOf } from '../render/scene-layers.js'
import { encodeRaster } from './encode-raster.js'
import { isSingle, overviewCount, windowOverviews } from './overview-levels.js'

export interface EncodedFile {
  /** Tiles of the window and of the overviews that windows have, as a TIFF in the folder. */
  readonly file: string
  /** Pixels where there is something. */
  readonly valid: number
  /** Of them, those whose bands all equal nodata. */
  readonly hidden: number
}

/** Renders a window and compresses it. Undefined if no pixel of it is valid. */
export async function encodeWindow(
  gdal: Gdal,
  plan: ExportPlan,
  window: Window,
  fileOf: FileOf,
  run: FolderRun,
): Promise<EncodedFile | undefined> {
  const rendered = await renderWindow(gdal, plan, window, fileOf, run)
  if (!rendered || rendered.valid === 0) return undefined
  const { raster, valid, hidden } = rendered
  const encoding = {
    output: plan.output,
    grid: partOf(plan.grid, window),
    overviews: Math.min(windowOverviews, overviewCount(plan)),
    isWhole: isSingle(plan),
  }
  return { file: await encodeRaster(gdal, raster, encoding, run), valid, hidden }
}

/** Throws `imagery/nothing-there` if no pixel of an export is valid. */
export function assertAnything(valid: number): void {
  if (valid === 0)
    throw new PieceworkError(
      'imagery/nothing-there',
      'The export would have no pixel: the scenes have no data there',
    )
}
