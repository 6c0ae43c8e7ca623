import assert from 'node:assert/strict'
import { needsServer, type ScratchPostgis, scratchPostgis } from '@piecework/test-support'
import { equidistantConic, foreignCrs } from '@piecework/test-support/fixtures/foreign-crs.js'
import { sampleCrs } from '@piecework/test-support/fixtures/sample-crs.js'
import {
  shapefileParts,
  square,
  squares,
  wgs84,
  zippedGrid,
  zippedParts,
} from '@piecework/test-support/fixtures/shapefile-of.js'
import { uploadOf } from '@piecework/test-support/fixtures/upload-of.js'
import { zipOf } from '@piecework/test-support/fixtures/zip-of.js'
import { suite } from 'uvu'
import { geometriesOf, openLayer, refusal } from '../support/open-layer.js'

const test = needsServer(suite('shapefile: coordinate reference systems'))
const alone = suite('shapefile: findings about coordinate reference systems')
let postgis: ScratchPostgis

test.before(async () => {
  postgis = await scratchPostgis()
})
test.after(() => postgis.stop())

for (const { about, prj, positions } of sampleCrs)
  test(`${about}: degrees are those of PROJ`, async () => {
    const size = prj.startsWith('GEOGCS') ? 1 : 1000
    const features = positions.map(([x, y], at) => ({ rings: [square(x, y, size)], values: [String(at)] }))
    const found = await geometriesOf(uploadOf(zippedGrid(features, { prj })))
    for (const [at, [x, y]] of positions.entries()) {
      const { rows } = await postgis.database.query<{ off: number }>(
        `SELECT greatest(abs(ST_X(a.geom) - ST_X(b.geom)), abs(ST_Y(a.geom) - ST_Y(b.geom))) AS off
         FROM ST_DumpPoints($1::geometry) AS a
         JOIN ST_DumpPoints(ST_Transform(ST_GeomFromText($2), $3, 4326)) AS b ON a.path[2] = b.path[2]`,
        [
          found[at],
          `POLYGON((${square(x, y, size)
            .map((point) => point.join(' '))
            .join()}))`,
          prj,
        ],
      )
      assert.equal(rows.length, 5)
      for (const { off } of rows) assert.ok(off < 1e-7, `${about}: ${off} degrees off`)
    }
  })

alone('one that only PROJ may know is left to the caller who asks for it', async () => {
  for (const { prj } of foreignCrs) {
    const entries = uploadOf(zippedGrid([{ rings: [square(2, 3, 10)], values: ['1'] }], { prj }))
    await refusal(entries, 'test/grid-crs')
    const layer = await openLayer(entries, { crs: 'any' })
    assert.equal(layer.wkt, prj)
    for await (const [feature] of layer.features())
      assert.deepEqual(
        feature && 'polygons' in feature.geometry && [...(feature.geometry.polygons[0]?.[0] ?? [])],
        [...[2, 3, 2, 13, 12, 13, 12, 3, 2, 3]],
      )
  }
  const known = await openLayer(uploadOf(zippedGrid(squares([1]))), { crs: 'any' })
  assert.equal(known.wkt, undefined)
})

const neverLeft = {
  'a misspelled parameter': equidistantConic.replace('Central_Meridian', 'Central_Meridien'),
  'a known method with a misspelled parameter':
    sampleCrs[0]?.prj.replace('central_meridian', 'central_meridien') ?? '',
  'a PROJ string': equidistantConic.replace(/\]$/, ',EXTENSION["PROJ4","+proj=eqdc +nadgrids=@x"]]'),
  'a file of parameters': `BOUNDCRS[SOURCECRS[${wgs84}],TARGETCRS[${wgs84}],ABRIDGEDTRANSFORMATION["x",METHOD["NTv2"],PARAMETERFILE["grid","/etc/passwd"]]]`,
  'no place on the earth': 'LOCAL_CS["site grid",UNIT["Meter",1.0]]',
  'what follows its end': `${equidistantConic},`,
}
for (const [what, prj] of Object.entries(neverLeft))
  alone(`never left to PROJ: ${what}`, async () => {
    const error = await openLayer(uploadOf(zippedGrid(squares([1]), { prj })), { crs: 'any' }).then(
      () => assert.fail('accepted'),
      (error: unknown) => error,
    )
    assert.match(String(error), /coordinate reference system/)
  })

alone('what is not supported is refused by name', async () => {
  const unknown = wgs84.replace(
    /^(.*)$/,
    'PROJCS["World_Robinson",$1,PROJECTION["Robinson"],UNIT["Meter",1.0]]',
  )
  for (const prj of [
    unknown,
    unknown.replaceAll('Robinson', 'Krovak'),
    'LOCAL_CS["site grid",UNIT["Meter",1.0]]',
    wgs84
      .replace('GCS_WGS_1984', 'site grid')
      .replace('"Degree",0.0174532925199433', '"Grad",0.01570796326794897'),
  ]) {
    const error = await refusal(uploadOf(zippedGrid(squares([1]), { prj })), 'test/grid-crs')
    assert.match(error.message, /World_Robinson|World_Krovak|site grid/)
  }
  for (const prj of ['', 'EPSG:3857', '+proj=longlat', 'GEOGCS["half'])
    await refusal(uploadOf(zippedGrid(squares([1]), { prj })), 'test/grid-crs')
})

alone('parameters are refused by name, whatever JavaScript finds by that name', async () => {
  const crs = (parameter: string) =>
    `PROJCS["sinusoidal",${wgs84},PROJECTION["Sinusoidal"],PARAMETER["False_Easting",0],PARAMETER["False_Northing",0],PARAMETER["Central_Meridian",0],${parameter}UNIT["Meter",1]]`
  await openLayer(uploadOf(zippedGrid(squares([1]), { prj: crs('') })))
  for (const name of ['Standard_Parallel_1', 'constructor', '__proto__']) {
    const prj = crs(`PARAMETER["${name}",1],`)
    const error = await refusal(uploadOf(zippedGrid(squares([1]), { prj })), 'test/grid-crs')
    assert.match(error.message, new RegExp(`PARAMETER ${name} is not known`))
  }
})

alone('a datum that is not WGS 84 is a warning', async () => {
  const prj = wgs84.replace('WGS_1984",6378137.0,298.257223563', 'Clarke_1866",6378206.4,294.9786982')
  const layer = await openLayer(
    uploadOf(zippedGrid(squares([1]), { prj: prj.replaceAll('WGS_1984', 'North_American_1927') })),
  )
  assert.deepEqual(
    layer.findings.map(({ code, severity }) => `${severity} ${code}`),
    ['warning test/grid-datum'],
  )
})

const utm = `PROJCS["UTM 55S",${wgs84},PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000],PARAMETER["False_Northing",10000000],PARAMETER["Central_Meridian",147],PARAMETER["Scale_Factor",0.9996],PARAMETER["Latitude_Of_Origin",0],UNIT["Meter",1]]`
const degrees = [146, -43, 147, -42]
const lengths = [500_000, 5_200_000, 510_000, 5_210_000]

/** What is told of a layer whose header states these bounds. */
async function toldOf(prj: string, bounds: readonly number[]): Promise<readonly string[]> {
  const [west = 0, south = 0] = bounds
  const parts = shapefileParts([{ rings: [square(west, south)], values: ['1'] }], { prj })
  for (const [at, bound] of bounds.entries()) parts.shp.writeDoubleLE(bound, 36 + 8 * at)
  const { findings } = await openLayer(uploadOf(zipOf(zippedParts(parts))), { crs: 'any' })
  return findings.map(({ severity, code }) => `${severity} ${code}`)
}

alone('coordinates that look like degrees under a definition of lengths are a warning', async () => {
  const unlikely = ['warning test/grid-crs-unlikely']
  for (const prj of [utm, equidistantConic]) {
    assert.deepEqual(await toldOf(prj, degrees), unlikely)
    assert.deepEqual(await toldOf(prj, [-180, -90, 180, 90]), unlikely)
    assert.deepEqual(await toldOf(prj, lengths), [])
    assert.deepEqual(await toldOf(prj, [-180, -90, 180, 91]), [])
    assert.deepEqual(await toldOf(prj, [0, 0, 0, 0]), [])
  }
  assert.deepEqual(await toldOf(wgs84, degrees), [])
})

alone(
  'coordinates that are no degrees under a definition of degrees are an error of each shape',
  async () => {
    const features = [{ rings: [square(500_000, 5_200_000)], values: ['1'] }]
    const layer = await openLayer(uploadOf(zippedGrid(features, { prj: wgs84 })))
    for await (const [feature] of layer.features())
      assert.deepEqual(feature?.geometry, { problem: 'out-of-range' })
  },
)

alone('all that is wrong with a layer as a whole is reported at once', async () => {
  const columns = [{ name: 'area', type: 'N', length: 10 }]
  const error = await refusal(
    uploadOf(zippedGrid(squares([1]), { prj: '', columns, type: 1 })),
    'test/grid-crs',
  )
  assert.deepEqual(
    error.findings.map(({ code }) => code),
    ['test/grid-crs', 'test/grid-not-polygons', 'test/grid-id-attribute'],
  )
})

test.run()
alone.run()
