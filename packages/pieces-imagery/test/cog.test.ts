import { execFileSync } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { open, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { exportImage, planExport, type Scene } from '@piecework/pieces-imagery'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { assembleCog } from '#internal/cog/assemble-cog.js'
import { planCog } from '#internal/cog/plan-cog.js'
import { handleRanges } from '#internal/tiff/read-tiff.js'
import { lookAt } from './support/look-at.js'
import { tool, withFolder } from './support/rendered.js'
import { aoi, gdal, landsat, needsScenes, sceneFile, sceneOf } from './support/scenes.js'

const test = needsScenes(suite('imagery: cloud optimized GeoTIFF'))

const project = { type: 'project', id: 'p' }

async function exported(folder: string, graph: unknown, scene: Scene, windowPixels?: number) {
  const found = await gdal()
  const request = { tool: graph, scenesOf: async () => [scene], ...(windowPixels && { windowPixels }) }
  const plan = await planExport(found, request, { folder })
  const image = await exportImage(found, plan, () => scene.file, { folder })
  const file = join(folder, 'result.tif')
  await pipeline(Readable.from(image.bytes), createWriteStream(file))
  return { plan, image, file }
}

test('29: overviews and tiles of a whole scene, and the same as a BigTIFF', () =>
  withFolder(async (folder) => {
    const { file, image, plan } = await exported(folder, tool({ p: project }), await sceneOf('RGB.byte'))
    const handle = await open(file)
    const read = handleRanges(handle)
    const layout = await planCog(plan, [{ window: { x: 0, y: 0, width: 791, height: 718 }, read }])
    const big = join(folder, 'big.tif')
    const { size, bytes } = assembleCog(layout, 1000)
    await writeFile(big, bytes)
    assert.is((await stat(big)).size, size)
    await handle.close()
    const again = await open(big)
    const start = (await again.read(Buffer.alloc(4), 0, 4, 0)).buffer
    await again.close()
    assert.is(start.toString('latin1'), 'II+\0')
    const [small, large, source] = lookAt(file, big, sceneFile('RGB.byte'))
    assert.equal(small, large)
    assert.equal(small?.errors, [])
    assert.equal(small?.transform, source?.transform)
    const [whole, half, quarter] = small?.levels ?? []
    assert.is(small?.levels.length, 3)
    assert.equal(whole?.checksums, [25420, 29131, 37860])
    assert.equal([half?.size, half?.checksums[0]], [[395, 359], 10671])
    assert.equal([quarter?.size, quarter?.checksums[0]], [[197, 179], 23668])
    assert.equal(
      small?.bands,
      ['Red', 'Green', 'Blue'].map((color) => ({ color, nodata: '0.0' })),
    )
    assert.is(image.valid, 383115)
  }))

test('tiles of windows make what GDAL makes of the whole, in every overview', () =>
  withFolder(async (folder) => {
    const scene = await landsat()
    const fine = { type: 'reproject', input: 'p', epsg: 32654, resolution: 3, resampling: 'near' }
    const graph = tool({ p: { ...project, bands: ['nir'] }, fine }, { blockSize: 128, nodata: 0 })
    const { file, plan } = await exported(folder, graph, scene, 2048)
    assert.equal([plan.windows.length, plan.grid.width, plan.grid.height], [4, 2560, 2560])
    const whole = join(folder, 'whole.tif')
    const scaled = join(folder, 'scaled.tif')
    const size = ['-b', '4', '-a_nodata', '0', '-outsize', '2560', '2560', '-r', 'near']
    execFileSync('gdal_translate', ['-q', ...size, scene.file, scaled])
    const options = ['BLOCKSIZE=128', 'COMPRESS=DEFLATE', 'OVERVIEW_RESAMPLING=AVERAGE']
    const cog = ['-of', 'COG', ...options.flatMap((option) => ['-co', option])]
    execFileSync('gdal_translate', ['-q', ...cog, scaled, whole])
    const [ours, theirs] = lookAt(file, whole)
    assert.equal(ours?.errors, [])
    assert.equal(
      theirs?.levels.map(({ size: [width] }) => width),
      [2560, 1280, 640, 320, 160, 80],
    )
    assert.equal(ours?.levels, theirs?.levels)
  }))

test('windows outside of the area of interest are no windows, and their tiles are nodata', () =>
  withFolder(async (folder) => {
    const nodes = {
      p: project,
      fine: { type: 'reproject', input: 'p', epsg: 32618, resolution: 150 },
      m: { type: 'mask', input: 'fine', aoi: aoi('b') },
    }
    const { file, plan, image } = await exported(
      folder,
      tool(nodes, { blockSize: 128 }),
      await sceneOf('RGB.byte'),
      1024,
    )
    // Of four.
    assert.is(plan.windows.length, 2)
    const [seen] = lookAt(file)
    assert.equal(seen?.errors, [])
    const percent = seen?.validPercent ?? 0
    // Of one band, which has zeros of its own where others have none.
    assert.ok(Math.abs(percent / 100 - image.valid / (plan.grid.width * plan.grid.height)) < 0.002)
    assert.ok(image.coverage > 0.999 && image.coverage < 1)
  }))

test('23: coverage of an area of interest', () =>
  withFolder(async (folder) => {
    const nodes = { p: project, m: { type: 'mask', input: 'p', aoi: aoi('b'), crop: true } }
    const { image } = await exported(folder, tool(nodes), await sceneOf('RGB.byte'))
    assert.is(image.valid, 67957)
    assert.is(image.coverage.toFixed(6), '0.999882')
  }))

test('30: an export without a valid pixel fails', () =>
  withFolder(async (folder) => {
    const failed = await exported(folder, tool({ p: project }), await sceneOf('all-nodata')).then(
      () => undefined,
      (error) => error.code,
    )
    assert.is(failed, 'imagery/nothing-there')
  }))

test.run()
