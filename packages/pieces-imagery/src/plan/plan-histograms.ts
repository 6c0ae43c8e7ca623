import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type FolderRun, type Gdal, runGdal } from '@piecework/gdal'
import { stripRows } from '../defaults.js'
import { rangeOf } from '../pixels/data-type.js'
import { PixelPool } from '../pixels/pixel-pool.js'
import { validityOf, validPixels } from '../pixels/validity.js'
import { maskLast } from '../render/copy-scene.js'
import type { Scene } from '../scene/scene-facts.js'
import { openStrips, stripOptions } from '../tiff/strips.js'
import { bandTypes } from '../tool/band-types.js'
import { chosenBands } from '../tool/chosen-bands.js'
import { inputsOf } from '../tool/parse-tool.js'
import type { ChosenBands, ParsedTool } from '../tool/tool.js'

/**
 * For each node that equalizes: of each of its bands, how many valid pixels of all its scenes have which value. Of the scenes
 * as they are, before they are warped: of single windows, their borders would show.
 */
export async function planHistograms(
  gdal: Gdal,
  tool: ParsedTool,
  scenesOf: (node: string) => readonly Scene[],
  run: FolderRun,
): Promise<Record<string, readonly Float64Array[]>> {
  const found: Record<string, readonly Float64Array[]> = {}
  const bands = bandTypes(tool, scenesOf)
  for (const [id, node] of Object.entries(tool.nodes)) {
    if (node.type !== 'colorCorrection' || !node.equalize) continue
    const names = (bands.get(node.input) ?? []).map(({ name }) => name)
    let sums: readonly Float64Array[] | undefined
    const seen = new Set<string>()
    for (const leaf of leavesOf(tool, id))
      for (const scene of scenesOf(leaf.id)) {
        const places = placesIn(scene, leaf.bands, names)
        const key = JSON.stringify([scene.id, places])
        if (!seen.has(key)) sums = await addScene(gdal, scene, places, sums, run)
        seen.add(key)
      }
    found[id] = sums ?? []
  }
  return found
}

/** Places of the bands in a scene's file, which the nodes that read it may choose by their light. */
function placesIn(
  scene: Scene,
  chosen: ChosenBands | undefined,
  names: readonly string[],
): readonly number[] {
  const bands = chosenBands(chosen, scene)
  return names.map((name) => bands.find((band) => band.name === name)?.at ?? -1)
}

interface Leaf {
  /** Of the node. */
  readonly id: string
  readonly bands: ChosenBands | undefined
}

function leavesOf({ nodes }: ParsedTool, id: string): readonly Leaf[] {
  const waiting = [id]
  for (const one of waiting) {
    const node = nodes[one]
    if (node) for (const input of inputsOf(node)) if (!waiting.includes(input)) waiting.push(input)
  }
  return waiting.flatMap((one) => {
    const node = nodes[one]
    return node?.type === 'project' || node?.type === 'scene' ? [{ id: one, bands: node.bands }] : []
  })
}

async function addScene(
  gdal: Gdal,
  { file, facts }: Scene,
  places: readonly number[],
  before: readonly Float64Array[] | undefined,
  run: FolderRun,
): Promise<readonly Float64Array[]> {
  const [least, most] = rangeOf(facts.dataType) ?? [0, 0]
  const sums = before ?? places.map(() => new Float64Array(most - least + 1))
  const copy = join(run.folder, 'histogram.tif')
  const args = ['-q', '-if', 'GTiff', ...stripOptions, ...maskLast(facts)]
  await runGdal(gdal, 'gdal_translate', [...args, file, copy], run)
  const { height, dataType } = facts
  const strips = await openStrips(copy, dataType)
  const pool = new PixelPool()
  try {
    for (let from = 0; from < height; from += stripRows) {
      const rows = { from, count: Math.min(stripRows, height - from) }
      const all = await Promise.all(
        Array.from({ length: strips.bands }, (_, band) => strips.read(band, rows, pool)),
      )
      const valid = validPixels(all, facts, validityOf(facts), pool)
      for (const [at, place] of places.entries()) {
        const pixels = all[place]
        const sum = sums[at]
        if (!pixels || !sum) continue
        for (let i = 0; i < pixels.length; i++) {
          if (valid[i] === 0) continue
          const value = (pixels[i] as number) - least
          sum[value] = (sum[value] as number) + 1
        }
      }
      pool.keep([])
    }
  } finally {
    await strips.close()
    await rm(copy, { force: true })
  }
  return sums
}
