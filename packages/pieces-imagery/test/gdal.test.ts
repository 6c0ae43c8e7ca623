import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isPieceworkError } from '@piecework/core/piece'
import { runGdal } from '@piecework/gdal'
import { readSceneFacts } from '@piecework/pieces-imagery'
import { needsGdal } from '@piecework/test-support'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { transformPoints } from '#internal/grid/transform-points.js'
import { withFolder } from './support/rendered.js'
import { gdal, needsScenes, sceneFile } from './support/scenes.js'

async function refusal(run: Promise<unknown>): Promise<string> {
  const error: unknown = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (isPieceworkError(error)) return `${error.code}: ${error.message}`
  throw error ?? new Error('It was not refused')
}

const real = needsScenes(suite('imagery: programs of GDAL'))

real('memory is limited', async () => {
  const args = [
    '-q',
    '-of',
    'MEM',
    '-if',
    'GTiff',
    '-outsize',
    '60000',
    '60000',
    sceneFile('RGB.byte'),
    'out',
  ]
  assert.match(await refusal(runGdal(await gdal(), 'gdal_translate', args)), 'gdal/')
})

real('points: x before y, and those that a CRS does not hold are none', async () => {
  const [first, second] = await transformPoints(await gdal(), 'EPSG:4326', 'EPSG:3857', [
    [140, 36],
    [0, 95],
  ])
  assert.equal(first?.map(Math.round), [15584729, 4300621])
  assert.is(second, undefined)
})

const hostile = needsGdal(suite('imagery: hostile scenes'))

for (const [name, content] of [
  [
    'a VRT',
    '<VRTDataset rasterXSize="1" rasterYSize="1"><VRTRasterBand dataType="Byte" band="1"><SimpleSource><SourceFilename>/etc/passwd</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>',
  ],
  [
    'a description of a WMS',
    '<GDAL_WMS><Service name="WMS"><ServerUrl>http://169.254.169.254/</ServerUrl></Service></GDAL_WMS>',
  ],
  ['nothing', ''],
  ['an image of another kind', '\x89PNG\r\n\x1a\n'],
  ['a TIFF that ends at once', 'II*\0\x08\0\0\0'],
])
  hostile(`${name} that is named scene.tif is refused`, () =>
    withFolder(async (folder) => {
      const file = join(folder, 'scene.tif')
      writeFileSync(file, content ?? '', 'latin1')
      assert.match(await refusal(readSceneFacts(await gdal(), file)), 'imagery/scene-format')
    }),
  )

real('what lies beside a scene is not read', () =>
  withFolder(async (folder) => {
    const file = join(folder, 'scene.tif')
    const { readFileSync } = await import('node:fs')
    writeFileSync(file, readFileSync(sceneFile('RGB.byte')))
    const band = '<PAMRasterBand band="1"><NoDataValue>9</NoDataValue></PAMRasterBand>'
    writeFileSync(`${file}.aux.xml`, `<PAMDataset>${band}</PAMDataset>`)
    writeFileSync(join(folder, 'scene.tfw'), '1\n0\n0\n-1\n0\n0\n')
    mkdirSync(join(folder, 'scene.tif.msk'))
    const { nodata, pixelWidth } = await readSceneFacts(await gdal(), file)
    assert.is(nodata, 0)
    assert.ok(pixelWidth > 300)
  }),
)

for (const each of [real, hostile]) each.run()
