import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { skipUnless } from '@piecework/test-support'
import {
  type Geometry,
  geoJson,
  type OutputFeature,
  type OutputLayer,
  shapefileZip,
} from '@piecework/vector-files'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { outputLayer } from '../support/output-layer.js'

const run = promisify(execFile)
const ogr = await run('ogrinfo', ['--version']).then(
  () => true,
  () => false,
)
const test = skipUnless(ogr, 'ogrinfo of gdal-bin is not installed', suite('files in GDAL'))
let folder: string

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'piecework-ogr-'))
})
test.after(() => rm(folder, { recursive: true }))

/** The output of ogrinfo; fails on a warning of GDAL. */
async function info(file: string, ...args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await run('ogrinfo', ['-ro', ...args, file])
  assert.is(stderr, '')
  return stdout
}

async function shapefile(made: OutputLayer): Promise<string> {
  const file = join(folder, 'made.shp.zip')
  await writeFile(file, await buffer(shapefileZip(made)))
  return file
}

interface Feature {
  readonly properties: Readonly<Record<string, unknown>>
  readonly geometry: Geometry | null
}

/** A layer as GDAL turns it into GeoJSON, with the 15 digits that it writes. */
async function features(file: string, layer: string): Promise<readonly Feature[]> {
  const args = ['-f', 'GeoJSON', '-lco', 'RFC7946=YES', '-lco', 'COORDINATE_PRECISION=15']
  const { stdout, stderr } = await run('ogr2ogr', [...args, '/vsistdout/', file, layer])
  assert.is(stderr, '')
  return (JSON.parse(stdout) as { features: Feature[] }).features
}

const fields = [
  { name: 'description', type: 'text' },
  { name: 'Description of ☃', type: 'text' },
  { name: 'units', type: 'integer' },
  { name: 'many', type: 'integer' },
  { name: 'cost', type: 'double' },
  { name: 'day', type: 'date' },
  { name: 'locked', type: 'boolean' },
] as const
const texts = ['Bahía de "Mañana", 海\n', "'); DROP TABLE x; --", '😀'.repeat(60), 'x'.repeat(254)]
const costs = ['0', '0.30000000000000004', '-2.5', '1e+22']
const polygon: Geometry = {
  type: 'Polygon',
  coordinates: [
    [
      [0, 0],
      [0, 9.1],
      [9, 9],
      [9, 0],
      [0, 0],
    ],
    [
      [1, 1],
      [2, 1],
      [2, 2],
      [1, 1],
    ],
  ],
}
const rows: readonly OutputFeature[] = texts.map((text, at) => ({
  values: [text, text, String(at), '123456789012345', costs[at] ?? null, '2024-02-29', at % 2 ? 't' : 'f'],
  geometry: polygon,
}))
const nulls: OutputFeature = { values: fields.map(() => null), geometry: null }

test('GDAL sees WGS 84, the types and widths of fields, and every value', async () => {
  const file = await shapefile(outputLayer(fields, [...rows, nulls]))
  const summary = await info(file, '-so', '-al')
  for (const line of [
    'Layer name: made',
    'Geometry: Polygon',
    'Feature Count: 5',
    'Extent: (0.000000, 0.000000) - (9.000000, 9.100000)',
    'ID["EPSG",4326]',
    'descriptio: String (254.0)',
    'Descript_1: String (254.0)',
    'units: Integer (9.0)',
    'many: Integer64 (15.0)',
    'cost: Real (24.15)',
    'day: Date (10.0)',
  ])
    assert.ok(summary.includes(line), `${line} is not in\n${summary}`)
  const read = await features(file, 'made')
  assert.equal(
    read.slice(0, -1).map(({ properties: { locked, cost, day, ...others } }) => {
      return { ...others, day: String(day).replaceAll('/', '-') }
    }),
    texts.map((text, at) => ({
      descriptio: text,
      Descript_1: text,
      units: at,
      many: 123456789012345,
      day: '2024-02-29',
    })),
  )
  for (const cost of costs) {
    const found = await info(file, '-so', '-al', '-where', `cost = ${cost}`)
    assert.ok(found.includes('Feature Count: 1'), `${cost} reads back as something else`)
  }
  // Versions print logical values differently.
  assert.equal(
    read.slice(0, -1).map(({ properties: { locked } }) => locked === true || locked === 'T' || locked === 1),
    [false, true, false, true],
  )
  const { locked: _, ...none } = read.at(-1)?.properties ?? {}
  assert.ok(Object.values(none).every((value) => value === null))
  assert.is(read.at(-1)?.geometry, null)
})

test('GDAL finds each kind of geometry in a layer of its own, and each geometry equal', async () => {
  const line = [
    [0, 0],
    [1, 1.5],
  ] as const
  const hole = polygon.type === 'Polygon' ? polygon.coordinates : []
  const shifted = hole.map((ring) => ring.map(([x, y]) => [x + 20.1234567890123, y / 4] as const))
  const geometries: Readonly<Record<string, readonly Geometry[]>> = {
    points: [{ type: 'Point', coordinates: [0.123456789012345, -89.125] }],
    multipoints: [{ type: 'MultiPoint', coordinates: line }],
    lines: [
      { type: 'LineString', coordinates: line },
      { type: 'MultiLineString', coordinates: [line, [...line].reverse()] },
    ],
    polygons: [polygon, { type: 'MultiPolygon', coordinates: [hole, shifted] }],
  }
  const made = outputLayer(
    [],
    Object.values(geometries)
      .flat()
      .map((geometry) => ({ values: [], geometry })),
    false,
  )
  const file = await shapefile({ ...made, fields: [{ name: 'n', type: 'integer', width: 1 }] })
  for (const [kind, given] of Object.entries(geometries)) {
    const expected = outputLayer(
      [],
      given.map((geometry) => ({ values: [], geometry })),
    )
    const ours = JSON.parse(String(await buffer(geoJson(expected)))) as { features: Feature[] }
    // GDAL's GeoJSON turns rings as ours does.
    assert.equal(
      (await features(file, `made_${kind}`)).map(({ geometry }) => geometry),
      ours.features.map(({ geometry }) => geometry),
      kind,
    )
  }
})

test('GDAL opens our GeoJSON, and an empty shapefile', async () => {
  const file = join(folder, 'made.geojson')
  await writeFile(file, await buffer(geoJson(outputLayer(fields, [...rows, nulls]))))
  const summary = await info(file, '-so', '-al')
  for (const line of ['Feature Count: 5', 'units: Integer', 'cost: Real', 'day: Date', 'ID["EPSG",4326]'])
    assert.ok(summary.includes(line), `${line} is not in\n${summary}`)
  const empty = await info(await shapefile(outputLayer(fields, [])), '-so', '-al')
  assert.ok(empty.includes('Feature Count: 0'))
})

test.run()
