import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { FolderRun, Gdal } from '@piecework/gdal'
import { rowsBytes, stripRows } from '../defaults.js'
import { overlaps, type Window } from '../grid/grid.js'
import { bytesPerPixel } from '../pixels/data-type.js'
import type { Layer } from '../pixels/layer.js'
import { PixelPool } from '../pixels/pixel-pool.js'
import type { ExportPlan } from '../plan/export-plan.js'
import { assertGdal } from './assert-gdal.js'
import { evaluator } from './evaluate.js'
import { outputPixels } from './output-pixels.js'
import { type RawRaster, writeRows } from './raw-raster.js'
import { type FileOf, sourceLayers, type Warped, warp } from './scene-layers.js'

export interface RenderedWindow {
  /** Of the output's bands, and alpha where the plan has it. */
  readonly raster: RawRaster
  /** Pixels where there is something. */
  readonly valid: number
  /** Of them, those whose bands all equal nodata: readers take them for nothing. */
  readonly hidden: number
}

/**
 * Renders a window into a raw file of the folder, some rows at a time. Undefined if no scene reaches it. Throws
 * `imagery/gdal-differs` where the version is not the plan's.
 */
export async function renderWindow(
  gdal: Gdal,
  plan: ExportPlan,
  window: Window,
  fileOf: FileOf,
  run: FolderRun,
): Promise<RenderedWindow | undefined> {
  assertGdal(gdal, plan.gdalVersion)
  const warped = new Map<number, Warped>()
  try {
    for (const [at, scene] of plan.scenes.entries())
      if (overlaps(scene.placement.box, window))
        warped.set(at, await warp(gdal, plan, window, scene, at, fileOf, run))
    return warped.size > 0 ? await renderRows(plan, window, warped, run) : undefined
  } finally {
    for (const { strips, file } of warped.values()) {
      await strips.close()
      await rm(file, { force: true })
    }
  }
}

async function renderRows(
  plan: ExportPlan,
  window: Window,
  warped: ReadonlyMap<number, Warped>,
  run: FolderRun,
): Promise<RenderedWindow> {
  const { output } = plan
  const bands = output.bands.length + (output.nodata === undefined ? 1 : 0)
  const { width, height } = window
  const raster: RawRaster = {
    file: join(run.folder, 'window.raw'),
    width,
    height,
    type: output.dataType,
    bands,
  }
  const handle = await open(raster.file, 'w')
  const pool = new PixelPool()
  const evaluate = evaluator(plan)
  const step = rowsAtOnce(plan, warped, width)
  let valid = 0
  let hidden = 0
  try {
    for (let from = 0; from < height; from += step) {
      run.signal?.throwIfAborted()
      const count = Math.min(step, height - from)
      const layers = await sourceLayers(plan, warped, { from, count }, width, pool)
      const rows = { x: window.x, y: window.y + from, width, height: count }
      const layer = evaluate(rows, (id) => layers.get(id) as Layer)
      const written = outputPixels(plan, layer, pool)
      for (const [band, pixels] of written.bands.entries())
        await writeRows(handle, raster, band, from, pixels)
      valid += written.valid
      hidden += written.hidden
      pool.keep([])
    }
  } finally {
    await handle.close()
  }
  return { raster, valid, hidden }
}

/** A strip, or a half, a quarter … of one, so that what is held of its pixels has a limit, whatever the tool. */
function rowsAtOnce(
  { pixelBytes, sources, scenes }: ExportPlan,
  warped: ReadonlyMap<number, Warped>,
  width: number,
): number {
  let bytes = pixelBytes
  for (const { strips, scene } of warped.values())
    bytes += 1 + strips.bands * bytesPerPixel(scene.facts.dataType)
  for (const places of Object.values(sources)) {
    const facts = scenes[places[0] ?? -1]?.facts
    if (facts) bytes += 1 + facts.bands.length * bytesPerPixel(facts.dataType)
  }
  let rows = stripRows
  while (rows > 1 && rows * width * bytes > rowsBytes) rows /= 2
  return rows
}
