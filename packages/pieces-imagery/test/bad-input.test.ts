import { execFileSync } from 'node:child_process'
import { createWriteStream, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { isPieceworkError } from '@piecework/core/piece'
import { exportImage, type Gdal, planExport, readSceneFacts, type Scene } from '@piecework/pieces-imagery'
import { debianPython } from '@piecework/test-support'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { checkEpsg } from '#internal/grid/check-epsg.js'
import { readAoi } from '#internal/mask/aoi.js'
import { pixelsInside } from '#internal/mask/mask.js'
import { spansOf } from '#internal/mask/spans.js'
import { footprintOf } from '#internal/scene/footprint.js'
import { checksums, rendered, tool, withFolder } from './support/rendered.js'
import { aoi, gdal, landsat, needsScenes, sceneFile, sceneOf } from './support/scenes.js'

const test = needsScenes(suite('imagery: bad input'))
const project = { type: 'project', id: 'p' }

async function refusal(run: Promise<unknown>): Promise<string> {
  const error: unknown = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (isPieceworkError(error)) return `${error.code}: ${error.message}`
  throw error ?? new Error('It was not refused')
}

const planned = (folder: string, graph: unknown, scenes: readonly Scene[], more: object = {}) =>
  gdal().then((found) =>
    planExport(found, { tool: graph, scenesOf: async () => scenes, ...more }, { folder }),
  )

test('EPSG codes: projected and geographic ones of two axes, and no others', async () => {
  const found = await gdal()
  for (const epsg of [32618, 3857, 4326, 6677, 3995]) await checkEpsg(found, epsg)
  const said = await Promise.all(
    [999999, 4978, 4979, 5773, 7415].map((epsg) => refusal(checkEpsg(found, epsg))),
  )
  const why = [
    'PROJ knows no such CRS',
    'it is geocentric',
    'it has heights',
    'it is vertical',
    'it has heights',
  ]
  for (const [at, message] of said.entries()) {
    assert.match(message, 'imagery/crs-unsupported')
    assert.ok(message.includes(why[at] ?? ''), message)
  }
})

test('an export is refused above a limit, with both numbers', () =>
  withFolder(async (folder) => {
    const fine = { type: 'reproject', input: 'p', epsg: 32654, resolution: 0.01 }
    const message = await refusal(planned(folder, tool({ p: project, fine }), [await landsat()]))
    assert.is(
      message,
      'imagery/too-large: The export would have 589824000000 pixels and 7864320000000 bytes before it is compressed; the limit is 1099511627776 bytes. Choose a coarser resolution, or a smaller area',
    )
  }))

test('nothing is cropped at the antimeridian', () =>
  withFolder(async (folder) => {
    const edge = [
      [179, 0],
      [180, 0],
      [180, 4],
      [179, 0],
    ]
    const area = { type: 'Polygon', coordinates: [edge] }
    const m = { type: 'mask', input: 'p', aoi: area, crop: true }
    assert.match(
      await refusal(planned(folder, tool({ p: project, m }), [await landsat()])),
      'not cropped within 0.01 degrees of the antimeridian',
    )
  }))

test('a footprint has two parts at the antimeridian, and none around a pole', async () => {
  const facts = (await landsat()).facts
  const square = { ...facts, width: 100, height: 100, pixelWidth: 2000, pixelHeight: 2000 }
  const fiji = await footprintOf(await gdal(), {
    ...square,
    crs: 'EPSG:32760',
    originX: 720_000,
    originY: 8_000_000,
  })
  assert.is(fiji?.coordinates.length, 2)
  for (const [ring = []] of fiji?.coordinates ?? [])
    assert.ok(ring.every(([x]) => Math.abs(x) > 178 && Math.abs(x) <= 180))
  const pole = { ...square, crs: 'EPSG:3995', originX: -100_000, originY: 100_000 }
  assert.is(await footprintOf(await gdal(), pole), undefined)
  const lake = await footprintOf(await gdal(), facts)
  assert.is(lake?.coordinates.length, 1)
})

/** GDAL, whose transformations are written down. */
async function noted(folder: string): Promise<{ readonly gdal: Gdal; transformed(): number }> {
  const { folder: real, version } = await gdal()
  const own = join(folder, 'programs')
  mkdirSync(own)
  for (const name of ['gdalinfo', 'gdalsrsinfo']) symlinkSync(join(real, name), join(own, name))
  const said = join(own, 'points')
  writeFileSync(
    join(own, 'gdaltransform'),
    `#!/bin/sh\ntee -a ${said} | ${join(real, 'gdaltransform')} "$@"\n`,
    { mode: 0o755 },
  )
  const transformed = () => readFileSync(said, 'utf8').trimEnd().split('\n').length
  return { gdal: { folder: own, version }, transformed }
}

test('an area of interest of 100,000 positions: each is transformed once, with what may lie between', () =>
  withFolder(async (folder) => {
    const { gdal: watched, transformed } = await noted(folder)
    const count = 100_000
    const ring = Array.from({ length: count + 1 }, (_, at) => {
      const angle = (2 * Math.PI * (at % count)) / count
      const radius = 0.02 * (1 + 0.2 * Math.sin(50 * angle))
      return [140.49 + radius * Math.cos(angle), 36.3 + radius * Math.sin(angle)]
    })
    const area = { type: 'Polygon', coordinates: [ring] }
    assert.is(readAoi(area)[0]?.[0]?.length, count + 1)
    const m = { type: 'mask', input: 'p', aoi: area, crop: true }
    const scenes = [await landsat()]
    const { asked, masks, grid } = await planExport(
      watched,
      { tool: tool({ p: project, m }), scenesOf: async () => scenes },
      { folder },
    )
    assert.ok(asked > 1000, `${asked}`)
    const mask = masks.m ?? { polygons: [] }
    const positions = (mask.polygons[0]?.[0]?.length ?? 0) / 2
    assert.is(positions, count + 1)
    // Two between each of them show that edges are straight; the scene has some of its own.
    assert.ok(transformed() >= 3 * count && transformed() < 3 * count + 1000, `${transformed()}`)
    // Rows and their spans: what an area costs is not its pixels.
    let spans = 0
    for (const one of spansOf(mask, { y: 0, height: grid.height })) spans += one.spans.length / 2
    assert.ok(spans < 20 * grid.height, `${spans} in ${grid.height} rows`)
    assert.is(
      pixelsInside([mask], { y: 0, height: grid.height }, { width: grid.width, side: 64 }).reduce(
        (a, b) => a + b,
      ),
      asked,
    )
  }))

for (const [name, spoil] of [
  ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
  ['altered', (bytes: Buffer) => bytes.fill(0xff, 3000, 9000)],
] as const)
  test(`a scene that is ${name} is refused`, () =>
    withFolder(async (folder) => {
      const whole = join(folder, 'whole.tif')
      execFileSync('gdal_translate', ['-q', '-co', 'COMPRESS=DEFLATE', sceneFile('rgb-byte-tenth'), whole])
      const file = join(folder, 'scene.tif')
      writeFileSync(file, spoil(readFileSync(whole)))
      assert.match(
        await refusal(readSceneFacts(await gdal(), file, undefined, { readsAll: true })),
        'imagery/scene-format',
      )
    }))

const python = `
import sys
from osgeo import gdal
import numpy
gdal.UseExceptions()
folder = sys.argv[1]
def make(name, kind, nodata, values, palette=False, scale=None):
    made = gdal.GetDriverByName('GTiff').Create(folder + '/' + name + '.tif', 32, 16, 1, kind)
    made.SetGeoTransform([400000, 10, 0, 4000000, 0, -10])
    srs = gdal.osr.SpatialReference() if hasattr(gdal, 'osr') else None
    from osgeo import osr
    srs = osr.SpatialReference(); srs.ImportFromEPSG(32654)
    made.SetProjection(srs.ExportToWkt())
    band = made.GetRasterBand(1)
    band.SetNoDataValue(nodata)
    if palette:
        table = gdal.ColorTable()
        for value, color in enumerate([(0, 0, 0), (255, 0, 0), (0, 255, 0), (1, 2, 3)]): table.SetColorEntry(value, color + (255,))
        band.SetColorTable(table)
    if scale: band.SetScale(scale[0]); band.SetOffset(scale[1])
    band.WriteArray(numpy.array(values * 256).reshape(16, 32)[:16, :32])
make('nan', gdal.GDT_Float32, float('nan'), [float('nan'), 1.5])
make('white', gdal.GDT_Byte, 255, [255, 0])
make('palette', gdal.GDT_Byte, 0, [3, 1], palette=True)
make('scaled', gdal.GDT_UInt16, 0, [7, 9], scale=(0.25, -3))
`
const look = `
import sys, json
from osgeo import gdal
gdal.UseExceptions()
def look(file):
    held = gdal.Open(file)
    band = held.GetRasterBand(1)
    table = band.GetColorTable()
    overview = [band.ReadAsArray(0, 0, 2, 1).tolist()[0], str(band.GetNoDataValue()), band.GetScale(), band.GetOffset()]
    return overview + [[list(table.GetColorEntry(n)[:3]) for n in range(4)] if table else None]
print(json.dumps([look(file) for file in sys.argv[1:]]))
`

test('nodata of NaN and 255, palettes, scale and offset are kept', () =>
  withFolder(async (folder) => {
    execFileSync(debianPython, ['-c', python, folder])
    const names = ['nan', 'white', 'palette', 'scaled']
    const results: string[] = []
    for (const name of names) {
      const file = join(folder, `${name}.tif`)
      const scene = { id: name, file, facts: await readSceneFacts(await gdal(), file, ['value']) }
      const own = join(folder, name)
      execFileSync('mkdir', [own])
      const plan = await planned(own, tool({ p: project }), [scene])
      const { bytes, valid, hidden } = await exportImage(await gdal(), plan, () => file, { folder: own })
      assert.equal([valid, hidden], [name === 'nan' || name === 'white' ? 256 : 512, 0])
      const result = join(folder, `${name}-result.tif`)
      await pipeline(Readable.from(bytes), createWriteStream(result))
      results.push(result)
    }
    const text = execFileSync(debianPython, ['-c', look, ...results], { encoding: 'utf8' })
    const colors = [
      [0, 0, 0],
      [255, 0, 0],
      [0, 255, 0],
      [1, 2, 3],
    ]
    assert.equal(JSON.parse(text.replaceAll('NaN', 'null')), [
      [[null, 1.5], 'nan', null, null, null],
      [[255, 0], '255.0', null, null, null],
      [[3, 1], '0.0', null, null, colors],
      [[7, 9], '0.0', 0.25, -3, null],
    ])
    const reproject = { type: 'reproject', input: 'p', epsg: 3857, resampling: 'cubic' }
    const file = join(folder, 'palette.tif')
    const scene = { id: 'palette', file, facts: await readSceneFacts(await gdal(), file, ['value']) }
    assert.match(
      await refusal(planned(folder, tool({ p: project, reproject }), [scene])),
      'nodes.reproject.resampling: must be near',
    )
  }))

test('a resolution that is finer than the source is known', () =>
  withFolder(async (folder) => {
    const fine = { type: 'reproject', input: 'p', epsg: 32654, resolution: 10 }
    const graph = tool({ p: project, fine, m: { type: 'mask', input: 'fine', aoi: aoi('l'), crop: true } })
    assert.is((await planned(folder, graph, [await landsat()])).isFiner, true)
    assert.is((await planned(folder, tool({ p: project }), [await sceneOf('RGB.byte')])).isFiner, false)
  }))

const arithmetic = (input: string, band: string, value: number) => ({
  type: 'arithmetic',
  input,
  expression: { op: 'add', of: [{ band }, value] },
})

test('a tool of a thousand nodes in a line, some of them masks, and one of hundreds beside each other, are rendered', async () => {
  const scenes = { scenes: { p: [await landsat()] } }
  const nodes: Record<string, object> = { p: project }
  let last = 'p'
  for (let at = 1; at < 1000; at++) {
    const inside = at % 100 === 0
    nodes[`n${at}`] = inside
      ? { type: 'mask', input: last, aoi: aoi('l') }
      : arithmetic(last, at === 1 ? 'nir' : `n${at % 100 === 1 ? at - 2 : at - 1}`, 1)
    last = `n${at}`
  }
  const masked = { p: project, m: { type: 'mask', input: 'p', aoi: aoi('l') } }
  const [line, plain] = [await rendered(tool(nodes), scenes), await rendered(tool(masked), scenes)]
  assert.is(line.valid, 21_249)
  const nir = plain.bands[3] ?? []
  const differing = Array.from(line.bands[0] ?? []).filter(
    (value, at) => !Number.isNaN(value) && value !== (nir[at] as number) + 990,
  )
  assert.is(differing.length, 0)

  // A few rows of them at once, for all are held until the mosaic has them.
  const small = { scenes: { p: [await sceneOf('rgb-byte-tenth')] } }
  const color = (gamma: number) => ({ type: 'colorCorrection', input: 'p', gamma })
  const colors = Array.from({ length: 995 }, (_, at): [string, object] => [`c${at}`, color(1 + at / 1000)])
  const inputs = colors.map(([id]) => id)
  const wide = await rendered(
    tool({ p: project, ...Object.fromEntries(colors), m: { type: 'mosaic', inputs } }),
    small,
  )
  const top = await rendered(tool({ p: project, c: color(1.994) }), small)
  assert.equal([wide.valid, checksums(wide)], [top.valid, checksums(top)])
})

test.run()
