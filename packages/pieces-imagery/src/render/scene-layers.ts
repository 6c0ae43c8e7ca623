import type { FolderRun, Gdal } from '@piecework/gdal'
import { stripRows } from '../defaults.js'
import { partOf, type Window } from '../grid/grid.js'
import { newPixels, type Pixels } from '../pixels/data-type.js'
import { emptyLayer, type Layer } from '../pixels/layer.js'
import { overlay } from '../pixels/overlay.js'
import type { ExportPlan, PlannedScene } from '../plan/export-plan.js'
import { keptFrom } from '../plan/plan-output.js'
import { openStrips, type Strips } from '../tiff/strips.js'
import { warpScene } from './warp-scene.js'

/** A scene in the pixels of a window. */
export interface Warped {
  readonly scene: PlannedScene
  readonly file: string
  readonly strips: Strips
  readonly nodata: number | undefined
}

/** Paths of the scenes' files by their ids. */
export type FileOf = (scene: string) => string

/** Warps a scene into a file of the folder. */
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
