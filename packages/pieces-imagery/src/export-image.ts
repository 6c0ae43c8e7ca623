import { mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { PieceworkError } from '@piecework/core/piece'
import type { FolderRun, Gdal } from '@piecework/gdal'
import { assembleCog } from './cog/assemble-cog.js'
import { deepOverviews, type WindowFile } from './cog/deep-overviews.js'
import { encodeRaster } from './cog/encode-raster.js'
import { isSingle, overviewCount, windowOverviews } from './cog/overview-levels.js'
import { planCog } from './cog/plan-cog.js'
import { partOf } from './grid/grid.js'
import type { ExportPlan } from './plan/export-plan.js'
import { type FileOf, renderWindow } from './render/render-window.js'
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
  const files: WindowFile[] = []
  let [valid, hidden] = [0, 0]
  for (const [at, window] of plan.windows.entries()) {
    const own = { ...run, folder: join(run.folder, `window-${at}`) }
    await mkdir(own.folder)
    const rendered = await renderWindow(gdal, plan, window, fileOf, own)
    if (!rendered || rendered.valid === 0) continue
    valid += rendered.valid
    hidden += rendered.hidden
    const encoding = {
      output: plan.output,
      grid: partOf(plan.grid, window),
      overviews: Math.min(windowOverviews, overviewCount(plan)),
      isWhole: isSingle(plan),
    }
    files.push({ window, file: await encodeRaster(gdal, rendered.raster, encoding, own) })
  }
  if (valid === 0)
    throw new PieceworkError(
      'imagery/nothing-there',
      'The export would have no pixel: the scenes have no data there',
    )
  const deep = await deepOverviews(gdal, plan, files, run)
  const windows = files.map(({ window, file }) => ({ window, read: readerOf(file) }))
  const layout = await planCog(plan, windows, deep === undefined ? undefined : readerOf(deep))
  return { bytes: assembleCog(layout), valid, hidden, coverage: valid / plan.asked }
}

function readerOf(file: string): ReadRange {
  return async (start, end) => {
    const handle = await open(file)
    try {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(end - start), 0, end - start, start)
      return buffer.subarray(0, bytesRead)
    } finally {
      await handle.close()
    }
  }
}
