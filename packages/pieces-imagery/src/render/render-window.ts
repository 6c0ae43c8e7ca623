import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { FolderRun, Gdal } from '@piecework/gdal'
import { stripRows } from '../defaults.js'
import { overlaps, partOf, type Window } from '../grid/grid.js'
import { newPixels, type Pixels, rangeOf } from '../pixels/data-type.js'
import { emptyLayer, type Layer } from '../pixels/layer.js'
import { overlay } from '../pixels/overlay.js'
import type { ExportPlan, PlannedScene } from '../plan/export-plan.js'
import { keptFrom } from '../plan/plan-output.js'
import { openStrips, type Strips } from '../tiff/strips.js'
import { assertGdal } from './assert-gdal.js'
import { evaluate } from './evaluate.js'
import { type RawRaster, writeRows } from './raw-raster.js'
import { warpScene } from './warp-scene.js'

export interface RenderedWindow {
  /** Of the output's bands, and alpha where the plan has it. */
  readonly raster: RawRaster
  /** Pixels where there is something. */
  readonly valid: number
  /** Of them, those whose bands all equal nodata: readers take them for nothing. */
  readonly hidden: number
}

interface Warped {
  readonly scene: PlannedScene
  readonly file: string
  readonly strips: Strips
  readonly nodata: number | undefined
}

/** Paths of the scenes' files by their ids. */
export type FileOf = (scene: string) => string

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

async function warp(
  gdal: Gdal,
  plan: ExportPlan,
  window: Window,
  scene: PlannedScene,
  at: number,
  fileOf: FileOf,
  run: FolderRun,
): Promise<Warped> {
  const { facts, placement } = scene
  const keepsNodata =
    keptFrom(plan.tool) === undefined &&
    facts.nodata !== undefined &&
    Object.is(facts.nodata, plan.output.nodata)
  const file = await warpScene(
    gdal,
    {
      scene: { id: scene.id, facts, file: fileOf(scene.id) },
      placement,
      grid: partOf(plan.grid, window),
      resampling: plan.resampling,
      keepsNodata,
      name: `scene-${at}.tif`,
    },
    run,
  )
  const strips = await openStrips(file, facts.dataType)
  return { scene, file, strips, nodata: keepsNodata ? facts.nodata : undefined }
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
  let valid = 0
  let hidden = 0
  try {
    for (let from = 0; from < height; from += stripRows) {
      run.signal?.throwIfAborted()
      const count = Math.min(stripRows, height - from)
      const layers = new Map<string, Layer>()
      for (const id of Object.keys(plan.sources))
        layers.set(id, await sourceLayer(plan, id, warped, { from, count }, width))
      const rows = { x: window.x, y: window.y + from, width, height: count }
      const layer = evaluate(plan, rows, (id) => layers.get(id) as Layer)
      const written = outputPixels(plan, layer)
      for (const [band, pixels] of written.bands.entries())
        await writeRows(handle, raster, band, from, pixels)
      valid += written.valid
      hidden += written.hidden
    }
  } finally {
    await handle.close()
  }
  return { raster, valid, hidden }
}

/** The scenes of a node on top of each other. */
async function sourceLayer(
  plan: ExportPlan,
  id: string,
  warped: ReadonlyMap<number, Warped>,
  rows: { readonly from: number; readonly count: number },
  width: number,
): Promise<Layer> {
  const places = plan.sources[id] ?? []
  const node = plan.tool.nodes[id]
  const chosen = node?.type === 'project' || node?.type === 'scene' ? node.bands : undefined
  const first = plan.scenes[places[0] as number] as PlannedScene
  const names = chosen ?? first.facts.bands.map(({ name }) => name)
  const length = width * rows.count
  const bands = names.map((name) => ({ name, type: first.facts.dataType }))
  const layer = emptyLayer(bands, length, (type) => newPixels(type, length))
  for (const place of places) {
    const one = warped.get(place)
    if (one) overlay(layer, await layerOf(one, names, rows))
  }
  return layer
}

async function layerOf(
  { scene, strips, nodata }: Warped,
  names: readonly string[],
  rows: { readonly from: number; readonly count: number },
): Promise<Layer> {
  const { facts } = scene
  // All bands say which pixels are valid, whichever are chosen.
  const all = await Promise.all(
    Array.from({ length: strips.bands }, (_, band) => strips.read(band, rows.from / stripRows)),
  )
  const valid = new Uint8Array(all[0]?.length ?? 0)
  if (nodata === undefined) {
    const alpha = all.at(-1) as Pixels
    for (let i = 0; i < valid.length; i++) valid[i] = alpha[i] === 0 ? 0 : 1
  } else {
    for (const pixels of all.slice(0, facts.bands.length))
      for (let i = 0; i < valid.length; i++) if (!Object.is(pixels[i], nodata)) valid[i] = 1
  }
  return {
    valid,
    bands: names.map((name) => {
      const at = facts.bands.findIndex((band) => band.name === name)
      return { name, type: facts.dataType, pixels: all[at] as Pixels }
    }),
  }
}

function outputPixels({ output }: ExportPlan, { bands, valid }: Layer) {
  const { dataType, nodata } = output
  const written = bands.map(({ pixels }) => {
    const out = newPixels(dataType, valid.length).fill((nodata ?? 0) as never)
    for (let i = 0; i < valid.length; i++) if (valid[i]) out[i] = pixels[i] as number
    return out
  })
  let count = 0
  let hidden = 0
  for (let i = 0; i < valid.length; i++) {
    if (!valid[i]) continue
    count += 1
    if (nodata !== undefined && written.every((pixels) => pixels[i] === nodata)) hidden += 1
  }
  if (nodata === undefined) {
    const opaque = rangeOf(dataType)?.[1] ?? 1
    written.push(newPixels(dataType, valid.length).map((_, i) => (valid[i] ? opaque : 0)) as Pixels)
  }
  return { bands: written, valid: count, hidden }
}
