import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type FolderRun, type Gdal, runGdal } from '@piecework/gdal'
import { stripRows } from '../defaults.js'
import type { Window } from '../grid/grid.js'
import { bytesOf, bytesPerPixel, newPixels } from '../pixels/data-type.js'
import type { ExportPlan } from '../plan/export-plan.js'
import type { RawRaster } from '../render/raw-raster.js'
import { openStrips, stripOptions } from '../tiff/strips.js'
import { encodeRaster } from './encode-raster.js'
import { isSingle, overviewCount, windowOverviews } from './overview-levels.js'

export interface WindowFile {
  readonly window: Window
  readonly file: string
}

/** A file whose overviews are those of an export that windows do not have; undefined if it needs none. */
export async function deepOverviews(
  gdal: Gdal,
  plan: ExportPlan,
  windows: readonly WindowFile[],
  run: FolderRun,
): Promise<string | undefined> {
  const overviews = overviewCount(plan) - windowOverviews
  if (isSingle(plan) || overviews <= 0) return undefined
  const factor = 2 ** windowOverviews
  const { grid, output } = plan
  const raster: RawRaster = {
    file: join(run.folder, 'deep.raw'),
    width: Math.ceil(grid.width / factor),
    height: Math.ceil(grid.height / factor),
    type: output.dataType,
    bands: output.bands.length + (output.nodata === undefined ? 1 : 0),
  }
  const handle = await open(raster.file, 'w')
  try {
    const row = bytesOf(newPixels(output.dataType, raster.width).fill((output.nodata ?? 0) as never))
    for (let at = 0; at < raster.bands * raster.height; at++)
      await handle.write(row, 0, row.length, at * row.length)
    for (const { window, file } of windows) {
      const copy = join(run.folder, 'deep-window.tif')
      const level = ['-oo', `OVERVIEW_LEVEL=${windowOverviews - 1}`]
      await runGdal(
        gdal,
        'gdal_translate',
        ['-q', '-if', 'GTiff', ...level, ...stripOptions, file, copy],
        run,
      )
      const strips = await openStrips(copy, output.dataType)
      const [width, height] = [Math.ceil(window.width / factor), Math.ceil(window.height / factor)]
      try {
        for (let band = 0; band < raster.bands; band++)
          for (let strip = 0; strip * stripRows < height; strip++) {
            const pixels = await strips.read(band, strip)
            const size = width * bytesPerPixel(output.dataType)
            for (let at = 0; at * width < pixels.length; at++) {
              const y = band * raster.height + window.y / factor + strip * stripRows + at
              const place = (y * raster.width + window.x / factor) * bytesPerPixel(output.dataType)
              await handle.write(bytesOf(pixels), at * size, size, place)
            }
          }
      } finally {
        await strips.close()
        await rm(copy)
      }
    }
  } finally {
    await handle.close()
  }
  const coarse = {
    ...grid,
    pixelWidth: grid.pixelWidth * factor,
    pixelHeight: grid.pixelHeight * factor,
    width: raster.width,
    height: raster.height,
  }
  return encodeRaster(gdal, raster, { output, grid: coarse, overviews, isWhole: false }, run)
}
