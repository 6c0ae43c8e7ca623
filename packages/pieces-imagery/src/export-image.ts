import { createReadStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { FolderRun, Gdal } from '@piecework/gdal'
import { assembleCog } from './cog/assemble-cog.js'
import { deepOverviews } from './cog/deep-overviews.js'
import { assertAnything, encodeWindow } from './cog/encode-window.js'
import { type EncodedWindow, planCog, withDeepLevels } from './cog/plan-cog.js'
import type { ExportPlan } from './plan/export-plan.js'
import type { FileOf } from './render/scene-layers.js'
import type { ReadRange } from './tiff/read-tiff.js'

export interface ExportedImage {
  /** A cloud optimized GeoTIFF, read from files of the folder. */
  readonly bytes: AsyncIterable<Uint8Array>
  /** Pixels where there is something. */
  readonly valid: number
  /** Of them, those whose bands all equal nodata: readers take them for nothing. */
  readonly hidden: number
  /** Which share of what was asked for is valid. */
  readonly coverage: number
}

/** A whole export on one machine, window after window. Throws `imagery/nothing-there` if no pixel is valid. */
export async function exportImage(
  gdal: Gdal,
  plan: ExportPlan,
  fileOf: FileOf,
  run: FolderRun,
): Promise<ExportedImage> {
  const windows: EncodedWindow[] = []
  let [valid, hidden] = [0, 0]
  for (const [at, window] of plan.windows.entries()) {
    const own = { ...run, folder: join(run.folder, `window-${at}`) }
    await mkdir(own.folder)
    const made = await encodeWindow(gdal, plan, window, fileOf, own)
    if (!made) continue
    valid += made.valid
    hidden += made.hidden
    windows.push({ window, read: readerOf(made.file) })
  }
  assertAnything(valid)
  const layout = await planCog(plan, windows)
  const deep = await deepOverviews(gdal, plan, layout, run)
  const whole = deep === undefined ? layout : await withDeepLevels(plan, layout, readerOf(deep))
  return { bytes: assembleCog(whole).bytes, valid, hidden, coverage: valid / plan.asked }
}

function readerOf(file: string): ReadRange {
  return (start, end) => createReadStream(file, { start, end: end - 1 })
}
