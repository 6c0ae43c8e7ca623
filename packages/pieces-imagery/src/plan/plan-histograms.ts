import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type FolderRun, type Gdal, runGdal } from '@piecework/gdal'
import { stripRows } from '../defaults.js'
import { rangeOf } from '../pixels/data-type.js'
import { PixelBuffers } from '../pixels/pixel-buffers.js'
import { validityOf, validPixels } from '../pixels/validity.js'
import { maskLast } from '../render/copy-scene.js'
import type { Scene } from '../scene/scene-facts.js'
import { openStrips, stripOptions } from '../tiff/strips.js'
import { bandTypes } from '../tool/band-types.js'
import { inputsOf } from '../tool/parse-tool.js'
import type { ParsedTool } from '../tool/tool.js'

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
    const scenes = new Map(
      leavesOf(tool, id)
        .flatMap(scenesOf)
        .map((scene) => [scene.id, scene]),
    )
    let sums: readonly Float64Array[] | undefined
    for (const scene of scenes.values()) sums = await addScene(gdal, scene, names, sums, run)
    found[id] = sums ?? []
  }
  return found
}

function leavesOf({ nodes }: ParsedTool, id: string): readonly string[] {
  const waiting = [id]
  for (const one of waiting) {
    const node = nodes[one]
    if (node) for (const input of inputsOf(node)) if (!waiting.includes(input)) waiting.push(input)
  }
  return waiting.filter((one) => nodes[one]?.type === 'project' || nodes[one]?.type === 'scene')
}

async function addScene(
  gdal: Gdal,
  { file, facts }: Scene,
  names: readonly string[],
  before: readonly Float64Array[] | undefined,
  run: FolderRun,
): Promise<readonly Float64Array[]> {
  const [least, most] = rangeOf(facts.dataType) ?? [0, 0]
  const sums = before ?? names.map(() => new Float64Array(most - least + 1))
  const copy = join(run.folder, 'histogram.tif')
  const args = ['-q', '-if', 'GTiff', ...stripOptions, ...maskLast(facts)]
  await runGdal(gdal, 'gdal_translate', [...args, file, copy], run)
  const { height, dataType, bands } = facts
  const strips = await openStrips(copy, dataType)
  const buffers = new PixelBuffers()
  try {
    for (let strip = 0; strip * stripRows < height; strip++) {
      const all = await Promise.all(
        Array.from({ length: strips.bands }, (_, band) => strips.read(band, strip, buffers)),
      )
      const valid = validPixels(all, facts, validityOf(facts), buffers)
      for (const [at, name] of names.entries()) {
        const pixels = all[bands.findIndex((band) => band.name === name)]
        const sum = sums[at]
        if (!pixels || !sum) continue
        for (let i = 0; i < pixels.length; i++) {
          if (valid[i] === 0) continue
          const place = (pixels[i] as number) - least
          sum[place] = (sum[place] as number) + 1
        }
      }
    }
  } finally {
    await strips.close()
    await rm(copy, { force: true })
  }
  return sums
}
