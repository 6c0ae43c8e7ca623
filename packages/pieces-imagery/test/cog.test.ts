import { execFileSync } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { exportImage, planExport, type Scene } from '@piecework/pieces-imagery'
import { debianPython } from '@piecework/test-support'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { assembleCog } from '#internal/cog/assemble-cog.js'
import { planCog } from '#internal/cog/plan-cog.js'
import { fileChecksums, tool, withFolder } from './support/rendered.js'
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

/** Of GDAL's own samples; throws unless it is valid. */
function validate(file: string): void {
  const said = execFileSync(
    debianPython,
    ['-m', 'osgeo_utils.samples.validate_cloud_optimized_geotiff', file],
    {
      encoding: 'utf8',
    },
  )
  assert.match(said, /is a valid cloud optimized GeoTIFF/)
}

interface Info {
  readonly size: readonly number[]
  readonly geoTransform: readonly number[]
  readonly bands: readonly {
    readonly noDataValue?: number
    readonly colorInterpretation: string
    readonly overviews?: readonly { readonly size: readonly number[] }[]
  }[]
}
const infoOf = (file: string): Info =>
  JSON.parse(execFileSync('gdalinfo', ['-json', file], { encoding: 'utf8' }))

test('29: overviews and tiles of a whole scene', () =>
  withFolder(async (folder) => {
    const { file, image } = await exported(folder, tool({ p: project }), await sceneOf('RGB.byte'))
    validate(file)
    assert.equal(fileChecksums(file), [25420, 29131, 37860])
    const info = infoOf(file)
    assert.equal(
      info.bands[0]?.overviews?.map(({ size }) => size),
      [
        [395, 359],
        [197, 179],
      ],
    )
    assert.is(fileChecksums(file, '-oo', 'OVERVIEW_LEVEL=0')[0], 10671)
    assert.is(fileChecksums(file, '-oo', 'OVERVIEW_LEVEL=1')[0], 23668)
    assert.equal(info.geoTransform, infoOf(sceneFile('RGB.byte')).geoTransform)
    assert.equal(
      info.bands.map((band) => [band.colorInterpretation, band.noDataValue]),
      [
        ['Red', 0],
        ['Green', 0],
        ['Blue', 0],
      ],
    )
    assert.is(image.valid, 383115)
  }))

test('tiles of windows make what GDAL makes of the whole, in every overview', () =>
  withFolder(async (folder) => {
    const scene = await landsat()
    const fine = { type: 'reproject', input: 'p', epsg: 32654, resolution: 3, resampling: 'near' }
    const graph = tool({ p: { ...project, bands: ['red', 'nir'] }, fine }, { blockSize: 128, nodata: 0 })
    const { file, plan } = await exported(folder, graph, scene, 1024)
    assert.equal([plan.windows.length, plan.grid.width, plan.grid.height], [9, 2560, 2560])
    validate(file)
    const whole = join(folder, 'whole.tif')
    const scaled = join(folder, 'scaled.tif')
    const size = ['-b', '1', '-b', '4', '-a_nodata', '0', '-outsize', '2560', '2560', '-r', 'near']
    execFileSync('gdal_translate', ['-q', ...size, scene.file, scaled])
    const cog = [
      '-of',
      'COG',
      '-co',
      'BLOCKSIZE=128',
      '-co',
      'COMPRESS=DEFLATE',
      '-co',
      'OVERVIEW_RESAMPLING=AVERAGE',
    ]
    execFileSync('gdal_translate', ['-q', ...cog, scaled, whole])
    const levels = infoOf(whole).bands[0]?.overviews ?? []
    assert.equal(infoOf(file).bands[0]?.overviews, levels)
    assert.equal(
      levels.map(({ size: [width] }) => width),
      [1280, 640, 320, 160, 80],
    )
    assert.equal(fileChecksums(file), fileChecksums(whole))
    for (const level of levels.keys()) {
      const option = ['-oo', `OVERVIEW_LEVEL=${level}`]
      assert.equal(fileChecksums(file, ...option), fileChecksums(whole, ...option))
    }
  }))

test('windows outside of the area of interest are no windows, and their tiles are nodata', () =>
  withFolder(async (folder) => {
    const nodes = {
      p: project,
      fine: { type: 'reproject', input: 'p', epsg: 32618, resolution: 100 },
      m: { type: 'mask', input: 'fine', aoi: aoi('b') },
    }
    const { file, plan, image } = await exported(
      folder,
      tool(nodes, { blockSize: 128 }),
      await sceneOf('RGB.byte'),
      1024,
    )
    assert.ok(plan.windows.length < 9)
    validate(file)
    const { bands } = JSON.parse(
      execFileSync('gdalinfo', ['-json', '-stats', '--config', 'GDAL_PAM_ENABLED', 'NO', file], {
        encoding: 'utf8',
      }),
    )
    const percent = Number(bands[0].metadata[''].STATISTICS_VALID_PERCENT)
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

test('what is too large for a TIFF becomes a BigTIFF', () =>
  withFolder(async (folder) => {
    const { file, plan } = await exported(folder, tool({ p: project }), await sceneOf('RGB.byte'))
    const handle = await open(file)
    const read = async (start: number, end: number) => {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(end - start), 0, end - start, start)
      return buffer.subarray(0, bytesRead)
    }
    const layout = await planCog(plan, [{ window: { x: 0, y: 0, width: 791, height: 718 }, read }])
    const big = join(folder, 'big.tif')
    await writeFile(big, assembleCog(layout, 1000))
    await handle.close()
    validate(big)
    assert.equal(fileChecksums(big), [25420, 29131, 37860])
    const again = await open(big)
    const start = (await again.read(Buffer.alloc(4), 0, 4, 0)).buffer
    await again.close()
    assert.is(start.toString('latin1'), 'II+\0')
  }))

test.run()
