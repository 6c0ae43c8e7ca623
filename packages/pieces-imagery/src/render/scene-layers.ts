import type { FolderRun, Gdal } from '@piecework/gdal'
import { stripRows } from '../defaults.js'
import { partOf, type Window } from '../grid/grid.js'
import { newPixels, type Pixels } from '../pixels/data-type.js'
import { emptyLayer, type Layer } from '../pixels/layer.js'
import { overlay } from '../pixels/overlay.js'
import { PixelBuffers } from '../pixels/pixel-buffers.js'
import { type Validity, validityOf, validPixels } from '../pixels/validity.js'
import type { ExportPlan, PlannedScene } from '../plan/export-plan.js'
import { keptFrom } from '../plan/plan-output.js'
import { openStrips, type Strips } from '../tiff/strips.js'
import { chosenBands } from '../tool/chosen-bands.js'
import type { ChosenBands } from '../tool/tool.js'
import { copiedFrom, copyScene } from './copy-scene.js'
import { warpScene } from './warp-scene.js'

/** A scene in the pixels of a window. */
export interface Warped {
  readonly scene: PlannedScene
  readonly file: string
  readonly strips: Strips
  readonly validBy: Validity
  readonly buffers: PixelBuffers
}

/** Paths of the scenes' files by their ids. */
export type FileOf = (scene: string) => string

/** Warps a scene into a file of the folder, or copies it where all pixels stay what they are. */
export async function warp(
  gdal: Gdal,
  plan: ExportPlan,
  window: Window,
  scene: PlannedScene,
  at: number,
  fileOf: FileOf,
  run: FolderRun,
): Promise<Warped> {
  const { facts, placement } = scene
  const buffers = new PixelBuffers()
  const request = { scene: { id: scene.id, facts, file: fileOf(scene.id) }, name: `scene-${at}.tif` }
  const place = copiedFrom(facts, placement, plan.grid)
  if (place) {
    const file = await copyScene(gdal, { ...request, window: { ...window, ...place(window) } }, run)
    return {
      scene,
      file,
      strips: await openStrips(file, facts.dataType),
      validBy: validityOf(facts),
      buffers,
    }
  }
  const { nodata } = facts
  const keepsNodata =
    nodata !== undefined && keptFrom(plan.tool) === undefined && Object.is(nodata, plan.output.nodata)
  const { resampling } = plan
  const warping = { ...request, placement, grid: partOf(plan.grid, window), resampling, keepsNodata }
  const file = await warpScene(gdal, warping, run)
  const strips = await openStrips(file, facts.dataType)
  return { scene, file, strips, validBy: keepsNodata ? { nodata } : { alpha: true }, buffers }
}

/** The scenes of a node on top of each other. */
export async function sourceLayer(
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
  const reaching = places.flatMap((place) => warped.get(place) ?? [])
  const length = width * rows.count
  const bands = chosenBands(chosen, first).map(({ name }) => ({ name, type: first.facts.dataType }))
  const [one, ...others] = reaching
  // Most often there is one: nothing has to be put on top of anything.
  if (one && others.length === 0) {
    const only = await layerOf(one, chosen, rows)
    return {
      valid: only.valid,
      bands: bands.map((band, at) => ({ ...band, pixels: only.bands[at]?.pixels as Pixels })),
    }
  }
  const layer = emptyLayer(bands, length, (type) => newPixels(type, length))
  for (const one of reaching) overlay(layer, await layerOf(one, chosen, rows))
  return layer
}

async function layerOf(
  { scene, strips, validBy, buffers }: Warped,
  chosen: ChosenBands | undefined,
  rows: { readonly from: number; readonly count: number },
): Promise<Layer> {
  const { facts } = scene
  // All bands say which pixels are valid, whichever are chosen.
  const all = await Promise.all(
    Array.from({ length: strips.bands }, (_, band) => strips.read(band, rows.from / stripRows, buffers)),
  )
  return {
    valid: validPixels(all, facts, validBy, buffers),
    bands: chosenBands(chosen, scene).map(({ name, at }) => ({
      name,
      type: facts.dataType,
      pixels: all[at] as Pixels,
    })),
  }
}
