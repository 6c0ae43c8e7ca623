import type { FolderRun, Gdal } from '@piecework/gdal'
import { partOf, type Window } from '../grid/grid.js'
import type { Pixels } from '../pixels/data-type.js'
import type { Layer } from '../pixels/layer.js'
import { emptyLayer, overlay } from '../pixels/overlay.js'
import type { PixelPool } from '../pixels/pixel-pool.js'
import { type Validity, validityOf, validPixels } from '../pixels/validity.js'
import type { ExportPlan, PlannedScene } from '../plan/export-plan.js'
import { keptFrom } from '../plan/plan-output.js'
import { openStrips, type Rows, type Strips } from '../tiff/strips.js'
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
  const request = { scene: { id: scene.id, facts, file: fileOf(scene.id) }, name: `scene-${at}.tif` }
  const place = copiedFrom(facts, placement, plan.grid)
  if (place) {
    const file = await copyScene(gdal, { ...request, window: { ...window, ...place(window) } }, run)
    return { scene, file, strips: await openStrips(file, facts.dataType), validBy: validityOf(facts) }
  }
  const { nodata } = facts
  const keepsNodata =
    nodata !== undefined && keptFrom(plan.tool) === undefined && Object.is(nodata, plan.output.nodata)
  const { resampling } = plan
  const warping = { ...request, placement, grid: partOf(plan.grid, window), resampling, keepsNodata }
  const file = await warpScene(gdal, warping, run)
  const strips = await openStrips(file, facts.dataType)
  return { scene, file, strips, validBy: keepsNodata ? { nodata } : { alpha: true } }
}

/** What the nodes that read scenes have of some rows: their scenes on top of each other. Each scene is read once. */
export async function sourceLayers(
  plan: ExportPlan,
  warped: ReadonlyMap<number, Warped>,
  rows: Rows,
  width: number,
  pool: PixelPool,
): Promise<ReadonlyMap<string, Layer>> {
  const read = new Map<number, ReadScene>()
  for (const [place, scene] of warped) read.set(place, await readScene(scene, rows, pool))
  const layers = new Map<string, Layer>()
  for (const id of Object.keys(plan.sources))
    layers.set(id, sourceLayer(plan, id, read, width * rows.count, pool))
  return layers
}

/** All bands say which pixels are valid, whichever are chosen. */
interface ReadScene {
  readonly scene: PlannedScene
  readonly all: readonly Pixels[]
  readonly valid: Uint8Array
}

async function readScene(
  { scene, strips, validBy }: Warped,
  rows: Rows,
  pool: PixelPool,
): Promise<ReadScene> {
  const all = await Promise.all(
    Array.from({ length: strips.bands }, (_, band) => strips.read(band, rows, pool)),
  )
  return { scene, all, valid: validPixels(all, scene.facts, validBy, pool) }
}

function sourceLayer(
  plan: ExportPlan,
  id: string,
  read: ReadonlyMap<number, ReadScene>,
  length: number,
  pool: PixelPool,
): Layer {
  const places = plan.sources[id] ?? []
  const node = plan.tool.nodes[id]
  const chosen = node?.type === 'project' || node?.type === 'scene' ? node.bands : undefined
  const first = plan.scenes[places[0] as number] as PlannedScene
  const reaching = places.flatMap((place) => read.get(place) ?? [])
  const bands = chosenBands(chosen, first).map(({ name }) => ({ name, type: first.facts.dataType }))
  const [one, ...others] = reaching
  // Most often there is one: nothing has to be put on top of anything.
  if (one && others.length === 0) {
    const only = layerOf(one, chosen)
    return {
      valid: only.valid,
      bands: bands.map((band, at) => ({ ...band, pixels: only.bands[at]?.pixels as Pixels })),
    }
  }
  const layer = emptyLayer(bands, length, pool)
  for (const each of reaching) overlay(layer, layerOf(each, chosen))
  return layer
}

const layerOf = ({ scene, all, valid }: ReadScene, chosen: ChosenBands | undefined): Layer => ({
  valid,
  bands: chosenBands(chosen, scene).map(({ name, at }) => ({
    name,
    type: scene.facts.dataType,
    pixels: all[at] as Pixels,
  })),
})
