import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isPieceworkError } from '@piecework/core/piece'
import { findGdal, readSceneFacts } from '@piecework/pieces-imagery'
import { needsGdal } from '@piecework/test-support'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { runGdal } from '#internal/gdal/run-gdal.js'
import { transformPoints } from '#internal/gdal/transform-points.js'
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

const test = suite('imagery: programs of GDAL, stood in for')

/** Programs that run a line of shell, in a folder of PATH. */
async function withPrograms<T>(
  line: string,
  use: (folder: string) => Promise<T>,
  names = ['gdalwarp'],
): Promise<T> {
  return withFolder(async (folder) => {
    for (const name of names) {
      writeFileSync(join(folder, name), `#!/bin/sh\n${line}\n`)
      chmodSync(join(folder, name), 0o755)
    }
    return use(folder)
  })
}
const all = ['gdalinfo', 'gdalwarp', 'gdal_translate', 'gdaladdo', 'gdalsrsinfo', 'gdaltransform']

test('missing, incomplete and too old programs are said, with how to install them', async () => {
  assert.is(
    await refusal(findGdal('/nowhere')),
    'imagery/gdal-missing: Exports of imagery need the programs of GDAL, and gdalwarp is in no folder of PATH. Debian and Ubuntu: apt-get install gdal-bin',
  )
  await withPrograms('true', async (folder) =>
    assert.match(await refusal(findGdal(folder)), 'has gdalwarp, and no gdalinfo'),
  )
  await withPrograms(
    'echo "GDAL 3.0.4, released 2020/01/28"',
    async (folder) =>
      assert.match(await refusal(findGdal(folder)), 'imagery/gdal-too-old: GDAL 3.0.4 is too old'),
    all,
  )
  await withPrograms(
    'echo "GDAL 3.12.0e, released 2030/01/28"',
    async (folder) => assert.equal(await findGdal(`relative:${folder}`), { folder, version: '3.12.0e' }),
    all,
  )
})

test('a child sees nothing of the environment of the host', async () => {
  process.env.IMAGERY_TEST_SECRET = 'hidden'
  try {
    const said = await withPrograms('env', (folder) => runGdal({ folder, version: '' }, 'gdalwarp', []))
    assert.not.match(said, 'hidden')
    assert.match(said, 'GDAL_DISABLE_READDIR_ON_OPEN=EMPTY_DIR')
    assert.match(said, 'PROJ_NETWORK=OFF')
  } finally {
    delete process.env.IMAGERY_TEST_SECRET
  }
})

test('errors have codes by their numbers, and no paths', async () => {
  const failing = (line: string) =>
    withPrograms(line, (folder) => refusal(runGdal({ folder, version: '' }, 'gdalwarp', [])))
  assert.is(
    await failing('echo "ERROR 4: /secret/of/host.tif: not recognized" >&2; exit 1'),
    'imagery/scene-format: gdalwarp cannot open a file as a GeoTIFF: a file: not recognized',
  )
  assert.match(await failing('echo "ERROR 2: no memory" >&2; exit 1'), 'imagery/gdal-memory')
  assert.match(await failing('echo "ERROR 1: odd" >&2; exit 0'), 'imagery/gdal-failed: gdalwarp failed: odd')
  assert.match(await failing('exit 3'), 'imagery/gdal-failed: gdalwarp failed: exit 3')
  assert.is(
    await withPrograms('echo "Warning 1: odd" >&2; echo fine', (folder) =>
      runGdal({ folder, version: '' }, 'gdalwarp', []),
    ),
    'fine\n',
  )
})

test('a child ends with its attempt, and at its limit of time', async () => {
  await withPrograms('exec sleep 60', async (folder) => {
    const abort = new AbortController()
    const started = runGdal({ folder, version: '' }, 'gdalwarp', [], { signal: abort.signal })
    abort.abort(new Error('over'))
    assert.is(await started.catch((error: Error) => error.message), 'over')
    const slow = runGdal({ folder, version: '' }, 'gdalwarp', [], { timeoutMs: 50 })
    assert.match(await refusal(slow), 'imagery/gdal-stopped')
  })
})

test('what says more than it may is stopped', async () => {
  const endless = withPrograms('exec yes', (folder) => runGdal({ folder, version: '' }, 'gdalwarp', []))
  assert.match(await refusal(endless), 'says more than it may')
})

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
  assert.match(await refusal(runGdal(await gdal(), 'gdal_translate', args)), 'imagery/gdal-')
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

for (const each of [test, real, hostile]) each.run()
