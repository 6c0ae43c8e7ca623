import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { type Grid, planExport, readSceneFacts, type Scene, type Window } from '@piecework/pieces-imagery'
import { debianPython } from '@piecework/test-support'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { chosenBands } from '#internal/tool/chosen-bands.js'
import { checksums, plan, rendered, sum, tool, withFolder } from './support/rendered.js'
import { aoi, gdal, landsat, needsScenes, sceneOf } from './support/scenes.js'

/** Made with GDAL's own programs, 3.6.2 of Debian 12, and `-et 0`. */
const test = needsScenes(suite('imagery: right values'))

const project = { type: 'project', id: 'p' }
const of = async (...scenes: Promise<Scene>[]) => ({ scenes: { p: await Promise.all(scenes) } })
const rgb = () => of(sceneOf('RGB.byte'))
const quarters = () => of(sceneOf('rgb1'), sceneOf('rgb2'), sceneOf('rgb3'), sceneOf('rgb4'))
const mercator = { type: 'reproject', input: 'p', epsg: 3857, resolution: 300 }
const near = (value: number | undefined, expected: number, within: number) =>
  assert.ok(Math.abs((value ?? Number.NaN) - expected) <= within, `${value} is not ${expected}`)
const valid = (pixels: ArrayLike<number>) => Array.from(pixels).filter((value) => !Number.isNaN(value))
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length

test('1, 2: a scene as it is', async () => {
  const whole = await rendered(tool({ p: project }), await rgb())
  assert.equal(
    [whole.width, whole.height, whole.plan.grid.crs, whole.plan.output.nodata],
    [791, 718, 'EPSG:32618', 0],
  )
  assert.equal(checksums(whole), [25420, 29131, 37860])
  assert.equal(whole.bands.map(sum), [17008452, 25282412, 27325233])
  assert.is(whole.valid, 383115)
  assert.is(whole.hidden, 0)
})

test('3: a mosaic of its quarters is the same, on the same grid', async () => {
  const whole = await rendered(tool({ p: project, same: { type: 'identity', input: 'p' } }), await quarters())
  const { grid } = whole.plan
  assert.equal([grid.width, grid.height, grid.originX, grid.originY], [791, 718, 101985, 2826915])
  near(grid.pixelWidth, 300.037926675, 1e-9)
  near(grid.pixelHeight, 300.04178273, 1e-8)
  assert.equal(checksums(whole), [25420, 29131, 37860])
})

test('4, 5: in another CRS, from quarters as from the whole', async () => {
  for (const scenes of [await quarters(), await rgb()]) {
    const whole = await rendered(tool({ p: project, mercator }), scenes)
    const { grid } = whole.plan
    assert.equal([grid.width, grid.height, grid.originX, grid.originY], [885, 811, -8789700, 2943600])
    assert.equal(checksums(whole), [54779, 16665, 7762])
  }
})

test('6: bilinear', async () => {
  const whole = await rendered(
    tool({ p: project, mercator: { ...mercator, resampling: 'bilinear' } }),
    await rgb(),
  )
  const [placement] = whole.plan.scenes.map((scene) => scene.placement)
  assert.equal([placement?.xScale, placement?.yScale], [1, 1])
  assert.equal(checksums(whole), [20560, 10682, 9206])
})

function squares({ width, height }: Grid): Window[] {
  const windows: Window[] = []
  for (let y = 0; y < height; y += 160)
    for (let x = 0; x < width; x += 160)
      windows.push({ x, y, width: Math.min(160, width - x), height: Math.min(160, height - y) })
  return windows
}
const across = ({ width, height }: Grid): Window[] => [
  { x: 0, y: 0, width: 160, height },
  { x: 160, y: 0, width: width - 160, height },
]
for (const [resampling, resolution, windows] of [
  ['bilinear', 900, squares],
  ['near', 900, across],
  ['cubic', 900, across],
  ['lanczos', 900, across],
] as const)
  test(`7: windows are the single run, in any order, with and without a mask: ${resampling}`, async () => {
    const moved = { p: project, mercator: { ...mercator, resampling: 'bilinear', resolution } }
    const scenes = await rgb()
    for (const nodes of [moved, { ...moved, m: { type: 'mask', input: 'mercator', aoi: aoi('b') } }]) {
      const graph = tool(nodes)
      // All else of a plan is the same.
      const planned = { ...(await plan(graph, scenes)), resampling }
      const single = await rendered(graph, { ...scenes, plan: planned })
      const parted = await rendered(graph, {
        ...scenes,
        plan: planned,
        windows: ({ grid }) => windows(grid).reverse(),
      })
      assert.is(parted.valid, single.valid)
      for (const [at, band] of single.bands.entries()) {
        let differing = 0
        for (let i = 0; i < band.length; i++) if (band[i] !== parted.bands[at]?.[i]) differing += 1
        assert.is(differing, 0)
      }
    }
  })

test('8, 9: of four bands of 16 bits, and ones that are chosen by their light', async () => {
  const whole = await rendered(tool({ p: project }), await of(landsat()))
  assert.equal(checksums(whole).slice(0, 4), [54861, 53423, 56584, 54418])
  const bands = (['blue', 'green', 'red', 'nir'] as const).map((role) => ({ name: `of ${role}`, role }))
  const chosen = await rendered(
    tool({ p: { ...project, bands: 'rgb' } }),
    await of(sceneOf('landsat-rgbn-256', bands)),
  )
  assert.equal(
    chosen.plan.output.bands.map(({ name }) => name),
    ['red', 'green', 'blue'],
  )
  assert.equal(checksums(chosen).slice(0, 3), [56584, 53423, 54861])
})

test('10: aligned to 30 m', async () => {
  const tokyo = { type: 'reproject', input: 'p', epsg: 6677, resolution: 30 }
  const whole = await rendered(tool({ p: project, tokyo }), await of(landsat()))
  const { grid } = whole.plan
  assert.equal([grid.width, grid.height, grid.originX, grid.originY], [260, 260, 56070, 37230])
  assert.equal(checksums(whole).slice(0, 4), [54138, 52293, 51422, 54100])
})

test('11: in degrees, without a resolution', async () => {
  const degrees = { type: 'reproject', input: 'p', epsg: 4326 }
  const whole = await rendered(tool({ p: project, degrees }), await of(landsat()))
  assert.equal([whole.width, whole.height], [283, 229])
  assert.equal(checksums(whole).slice(0, 4), [36789, 35182, 36187, 35349])
})

test('12, 13, 14: NDVI', async () => {
  const { bands, width } = await rendered(
    tool({ p: project, n: { type: 'ndvi', input: 'p' } }),
    await of(landsat()),
  )
  const values = valid(bands[0] ?? [])
  near(mean(values), 0.32976232, 1e-8)
  near(Math.min(...values), -0.1082084, 1e-8)
  near(Math.max(...values), 0.65141851, 1e-8)
  near(bands[0]?.[0], 0.298883975, 1e-9)
  near(bands[0]?.[128 * width + 128], 0.257342905, 1e-9)
  // GDAL compares with 0.4 in single precision.
  assert.is(values.filter((value) => value > Math.fround(0.4)).length, 34492)
  near(mean(values) * values.length, 21611.3034, 1e-4)
})

test('15: NDWI', async () => {
  const { bands } = await rendered(tool({ p: project, n: { type: 'ndwi', input: 'p' } }), await of(landsat()))
  near(mean(valid(bands[0] ?? [])), -0.27616814, 1e-8)
  near(bands[0]?.[0], -0.269955158, 1e-9)
})

test('16, 17: EVI', async () => {
  const node = { type: 'evi', input: 'p', scale: 1 / 65535 }
  const { bands } = await rendered(tool({ p: project, e: node }), await of(landsat()))
  const values = valid(bands[0] ?? [])
  near(mean(values), 0.37907177, 1e-8)
  near(Math.max(...values), 0.92279738, 1e-8)
  near(bands[0]?.[0], 0.327874362, 1e-9)
  assert.is(values.filter((value) => value > 0.4).length, 38015)
  const raw = await rendered(tool({ p: project, e: { type: 'evi', input: 'p' } }), await of(landsat()))
  const unscaled = valid(raw.bands[0] ?? [])
  assert.equal([Math.min(...unscaled), Math.max(...unscaled)], [-30070, 30250])
})

test('18: arithmetic', async () => {
  const expression = { op: 'divide', of: [{ op: 'subtract', of: [{ band: 'nir' }, { band: 'red' }] }, 2] }
  const { bands } = await rendered(
    tool({ p: project, a: { type: 'arithmetic', input: 'p', expression } }),
    await of(landsat()),
  )
  assert.is(
    valid(bands[0] ?? []).reduce((a, b) => a + b, 0),
    309862140,
  )
})

test('19, 20, 21: an area of interest, cropped to the grid of the source', async () => {
  const mask = { type: 'mask', input: 'p', aoi: aoi('l') }
  const whole = await rendered(tool({ p: project, mask }), await of(landsat()))
  assert.is(whole.valid, 21249)
  assert.equal(whole.bands.slice(0, 4).map(sum), [171306301, 192806020, 203241227, 414215221])
  const ndvi = await rendered(
    tool({ p: project, n: { type: 'ndvi', input: 'p' }, mask: { ...mask, input: 'n' } }),
    await of(landsat()),
  )
  near(mean(valid(ndvi.bands[0] ?? [])), 0.39920539, 1e-8)
  const cropped = await rendered(tool({ p: project, mask: { ...mask, crop: true } }), await of(landsat()))
  const { grid } = cropped.plan
  assert.equal([grid.width, grid.height, grid.originX, grid.originY], [195, 210, 451935, 4020105])
  assert.is(cropped.valid, 21249)
  assert.equal(cropped.bands.slice(0, 4).map(sum), [171306301, 192806020, 203241227, 414215221])
})

test('22: an area of interest in another CRS', async () => {
  const nodes = {
    p: project,
    r: { type: 'reproject', input: 'p', epsg: 3857, resolution: 37.5 },
    m: { type: 'mask', input: 'r', aoi: aoi('l') },
  }
  assert.is((await rendered(tool(nodes), await of(landsat()))).valid, 20995)
})

test('23, 24: one of several parts, with a hole', async () => {
  const mask = { type: 'mask', input: 'p', aoi: aoi('b') }
  const native = await rendered(tool({ p: project, mask }), await rgb())
  assert.is(native.valid, 67957)
  assert.equal(checksums(native), [20649, 47196, 22002])
  const projected = await rendered(
    tool({ p: project, mercator, mask: { ...mask, input: 'mercator' } }),
    await rgb(),
  )
  assert.is(projected.valid, 82594)
  assert.equal(checksums(projected), [593, 32477, 16275])
})

const clip = { min: 7000, max: 20000 }
for (const [name, settings, sums, pixel] of [
  ['25: clip', { clip }, [1348785, 2625757, 3373545], [24, 37, 49]],
  ['26: gamma', { clip, gamma: 1.2 }, [1848866, 3520264, 4376897], undefined],
  [
    '27: sigmoidal contrast',
    { clip, sigmoidal: { alpha: 0.5, beta: 6 } },
    [730207, 1358667, 1868751],
    undefined,
  ],
  ['28: saturation', { clip, saturation: 1.5 }, [1057967, 2774118, 3895658], [18, 39, 56]],
] as const)
  test(name, async () => {
    const nodes = {
      p: { ...project, bands: ['red', 'green', 'blue'] },
      c: { type: 'colorCorrection', input: 'p', ...settings },
    }
    const { bands, width, plan } = await rendered(tool(nodes), await of(landsat()))
    assert.equal([plan.output.dataType, plan.output.nodata], ['uint8', 0])
    assert.equal(bands.map(sum), sums)
    if (pixel)
      assert.equal(
        bands.map((band) => band[128 * width + 128]),
        pixel,
      )
  })

test('30: nothing there, and bands by what their colors are', async () => {
  const empty = await rendered(tool({ p: project }), await of(sceneOf('all-nodata')))
  assert.is(empty.valid, 0)
  const outside = { type: 'mask', input: 'p', aoi: aoi('l') }
  const { scenes } = await rgb()
  const refused = await withFolder(async (folder) =>
    planExport(
      await gdal(),
      { tool: tool({ p: project, outside }), scenesOf: async () => scenes.p },
      { folder },
    ).then(
      () => undefined,
      (error) => error.code,
    ),
  )
  assert.is(refused, 'imagery/nothing-there')
  const bgra = await sceneOf('RGBA.uint16')
  assert.equal(
    bgra.facts.bands.map(({ name }) => name),
    ['blue', 'green', 'red'],
  )
  assert.is(bgra.facts.alpha, true)
  assert.equal(
    chosenBands('rgb', await sceneOf('RGBA.uint16', ['a', 'b', 'c'])).map(({ name, at }) => [name, at]),
    [
      ['red', 2],
      ['green', 1],
      ['blue', 0],
    ],
  )
})

const masked = `
import sys
from osgeo import gdal, osr
import numpy
gdal.UseExceptions()
gdal.SetConfigOption('GDAL_TIFF_INTERNAL_MASK', 'YES')
def make(name, nodata):
    made = gdal.GetDriverByName('GTiff').Create(sys.argv[1] + '/' + name + '.tif', 64, 32, 3, gdal.GDT_Byte)
    made.SetGeoTransform([400000, 10, 0, 4000000, 0, -10])
    srs = osr.SpatialReference(); srs.ImportFromEPSG(32654)
    made.SetProjection(srs.ExportToWkt())
    for at in (1, 2, 3): made.GetRasterBand(at).WriteArray((numpy.arange(64 * 32) % (3 * at)).astype('uint8').reshape(32, 64))
    if nodata is None:
        made.CreateMaskBand(gdal.GMF_PER_DATASET)
        inside = numpy.zeros((32, 64), 'uint8'); inside[:, :32] = 255
        made.GetRasterBand(1).GetMaskBand().WriteArray(inside)
    else:
        for at in (1, 2, 3): made.GetRasterBand(at).SetNoDataValue(nodata)
make('masked', None)
make('zeros', 0)
`

test('pixels of a scene on its own grid stay what they are; a mask of the file says which are valid', () =>
  withFolder(async (folder) => {
    execFileSync(debianPython, ['-c', masked, folder])
    const sceneOf = async (name: string) => {
      const file = join(folder, `${name}.tif`)
      return { id: name, file, facts: await readSceneFacts(await gdal(), file, ['red', 'green', 'blue']) }
    }
    const values = [3, 6, 9].map((cycle) => Uint8Array.from({ length: 64 * 32 }, (_, at) => at % cycle))
    const equalize = { type: 'colorCorrection', input: 'p', equalize: true }
    const one = await rendered(tool({ p: project, equalize }), { scenes: { p: [await sceneOf('masked')] } })
    assert.equal(
      one.plan.histograms.equalize?.map((counts) => Array.from(counts).reduce((a, b) => a + b, 0)),
      [1024, 1024, 1024],
    )
    const whole = await rendered(tool({ p: project }), { scenes: { p: [await sceneOf('masked')] } })
    assert.is(whole.valid, 1024)
    const opacity = Uint8Array.from({ length: 64 * 32 }, (_, at) => (at % 64 < 32 ? 255 : 0))
    const inside = values.map((band) => band.map((value, at) => (opacity[at] ? value : 0)))
    assert.equal(whole.bands, [...inside, opacity])
    const moved = await rendered(tool({ p: project, mercator: { ...mercator, resolution: 10 } }), {
      scenes: { p: [await sceneOf('masked')] },
    })
    const share = moved.valid / (moved.width * moved.height)
    assert.ok(share > 0.4 && share < 0.55, `${share} of the pixels are valid`)
    // A pixel is nodata if all of its bands are.
    const zeros = await rendered(tool({ p: project }), { scenes: { p: [await sceneOf('zeros')] } })
    assert.equal(zeros.bands, values)
    assert.equal([zeros.valid, zeros.hidden], [64 * 32 - Math.ceil((64 * 32) / 18), 0])
  }))

test.run()
