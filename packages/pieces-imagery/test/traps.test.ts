import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { isPieceworkError } from '@piecework/core/piece'
import { readSceneFacts, renderWindow, type Scene } from '@piecework/pieces-imagery'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { checksums, plan, rendered, tool, withFolder } from './support/rendered.js'
import { gdal, needsScenes, sceneFile, sceneOf } from './support/scenes.js'

/** What GDAL's programs do quietly, and an export must not. */
const test = needsScenes(suite('imagery: traps'))

const project = { type: 'project', id: 'p' }
const mercator = { type: 'reproject', input: 'p', epsg: 3857, resolution: 900 }
const of = (...scenes: readonly Scene[]) => ({ scenes: { p: scenes } })

/** RGB.byte, as gdal_translate makes it. */
async function altered(folder: string, ...args: readonly string[]): Promise<Scene> {
  const file = join(folder, 'scene.tif')
  execFileSync('gdal_translate', ['-q', ...args, sceneFile('RGB.byte'), file])
  return { id: file, file, facts: await readSceneFacts(await gdal(), file) }
}

test('overviews of a source are not read', () =>
  withFolder(async (folder) => {
    const scene = await altered(folder)
    execFileSync('gdaladdo', ['-q', '-r', 'mode', scene.file, '2', '4'])
    const graph = tool({ p: project, mercator })
    const own = await rendered(graph, of(await sceneOf('RGB.byte')))
    assert.equal(checksums(await rendered(graph, of(scene))), checksums(own))
  }))

test('valid zeros stay what they are when they are resampled', () =>
  withFolder(async (folder) => {
    const bilinear = tool({ p: project, mercator: { ...mercator, resampling: 'bilinear' } })
    const opaque = await rendered(bilinear, of(await altered(folder, '-a_nodata', 'none')))
    assert.is(opaque.plan.output.nodata, undefined)
    const [red, green, blue, alpha] = opaque.bands
    let [opaquePixels, zeros] = [0, 0]
    for (const [i, is] of Array.from(alpha ?? []).entries()) {
      if (is !== 255) continue
      opaquePixels += 1
      if (red?.[i] === 0 && green?.[i] === 0 && blue?.[i] === 0) zeros += 1
    }
    const { width, height } = opaque
    assert.is(opaque.valid, opaquePixels)
    // The scene is a third nothing, which is black here; around it a little of the grid is left.
    assert.ok(
      zeros > 0.2 * width * height && opaque.valid > 0.9 * width * height,
      `${zeros} of ${opaque.valid}`,
    )
    const white = await rendered(bilinear, of(await altered(folder, '-a_nodata', '255')))
    assert.equal([white.plan.output.nodata, white.hidden], [255, 0])
    assert.ok(white.bands.every((band) => band.some((value) => value === 0)))
  }))

test('a CRS is known by its meaning: scenes without a code keep their grid in the CRS that they have', async () => {
  const scenes = await Promise.all(['rgb1', 'rgb2', 'rgb3', 'rgb4'].map((name) => sceneOf(name)))
  assert.ok(scenes.every(({ facts }) => !facts.crs.startsWith('EPSG:')))
  const utm = { type: 'reproject', input: 'p', epsg: 32618 }
  const whole = await rendered(tool({ p: project, utm }), of(...scenes))
  const { grid } = whole.plan
  assert.equal([grid.crs, grid.width, grid.height], ['EPSG:32618', 791, 718])
  assert.equal(checksums(whole), [25420, 29131, 37860])
})

test('scenes in several CRS are a mosaic in that of the first', async () => {
  const [lake, other] = [
    await sceneOf('rgb2', ['red', 'green', 'blue']),
    await sceneOf('rgb1_fake_nir_epsg3857', ['red']),
  ]
  const graph = tool({ p: { ...project, bands: ['red'] } })
  const alone = await rendered(graph, of(lake))
  const both = await rendered(graph, of(lake, other))
  assert.is(both.plan.grid.crs, lake.facts.crs)
  assert.ok(both.valid > alone.valid && both.width > alone.width)
})

test('a window is made by the version of GDAL of its plan alone', () =>
  withFolder(async (folder) => {
    const planned = await plan(tool({ p: project }), of(await sceneOf('all-nodata')))
    const other = { ...(await gdal()), version: '9.9.9' }
    const [window] = planned.windows
    assert.ok(window)
    const refused = await renderWindow(other, planned, window, () => '', { folder }).catch((error) => error)
    assert.ok(isPieceworkError(refused, 'imagery/gdal-differs'), String(refused))
  }))

test.run()
